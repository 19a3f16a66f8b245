import { Refusal, type Answer } from "./http.js";
import { theApp, userShape } from "./shapes.js";
import type { Author, World } from "./world.js";

const CONTENTS = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

interface Reactable {
  readonly reactions: { readonly id: number; readonly content: string; readonly author: Author }[];
}

/** The App's reaction to a comment; the one that is there where it reacts the same way again. */
export function react(world: World, comment: Reactable, wanted: unknown): Answer {
  const content = String(wanted);
  if (!CONTENTS.includes(content)) throw new Refusal(422, "Validation Failed");
  const shape = ({ id, author }: { readonly id: number; readonly author: Author }) => ({
    id,
    content,
    user: userShape(author),
    created_at: world.now().toISOString(),
  });
  const known = comment.reactions.find((reaction) => reaction.content === content && reaction.author.bot);
  if (known !== undefined) return { status: 200, body: shape(known) };
  const reaction = { id: world.nextId(), content, author: theApp(world) };
  comment.reactions.push(reaction);
  return { status: 201, body: shape(reaction) };
}

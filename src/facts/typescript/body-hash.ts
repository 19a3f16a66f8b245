/**
 * The code of a file as a row of numbers, from which each function's body is hashed: without comments, white space and
 * types, which are never put in, and without the names of locals, which are replaced by the order of their first use.
 *
 * Memory for tokens is shared: the next file that is read takes it over. While the file is read, tokens and scopes are only written down: a name may be declared after its use. `bodyHashes` then
 * binds names to scopes in one walk.
 */
export class CodeTokens {
  private tokens = TOKENS;
  private length = 0;
  private readonly words = new Map<string, number>();
  private readonly wordHashes: number[] = [];
  private readonly scopes: Scope[] = [];
  private scope: Scope;
  private readonly bodies: Body[] = [];

  constructor() {
    this.scope = { start: 0, end: 0, names: [], outer: null, isFunction: true };
    this.scopes.push(this.scope);
  }

  /** Something that is the same wherever it stands: a kind of syntax, an operator. */
  mark(kind: number): void {
    this.put(kind);
  }

  /** A text that counts: a property, a string. */
  word(text: string): void {
    this.put(this.wordHashes[this.wordId(text)]!);
  }

  /** A name that may turn out to be a local. Negative in the row until it is bound. */
  reference(name: string): void {
    this.put(-1 - this.wordId(name));
  }

  openScope(isFunction = false): void {
    const scope: Scope = { start: this.length, end: this.length, names: [], outer: this.scope, isFunction };
    this.scopes.push(scope);
    this.scope = scope;
  }

  closeScope(): void {
    this.scope.end = this.length;
    this.scope = this.scope.outer ?? this.scope;
  }

  /** Declares a name in the innermost scope, or with `hoisted` in the innermost function. Names of the module are free. */
  declare(name: string, hoisted = false): void {
    const scope = hoisted ? this.functionScope() : this.scope;
    if (scope.outer !== null) scope.names.push(this.wordId(name));
  }

  private functionScope(): Scope {
    let { scope } = this;
    while (!scope.isFunction && scope.outer !== null) scope = scope.outer;
    return scope;
  }

  /** Bodies are opened and closed like brackets; the result of `bodyHashes` is in the order of opening. */
  openBody(): number {
    this.bodies.push({ start: this.length, end: this.length });
    return this.bodies.length - 1;
  }

  closeBody(body: number): void {
    this.bodies[body]!.end = this.length;
  }

  /** A hash for each body as 16 hex digits. The last is of what stands in no body: the module's own code. */
  bodyHashes(): string[] {
    this.bindNames();
    const seen = new Int32Array(this.bindings);
    const ordinals = new Int32Array(this.bindings);
    const hashes = this.bodies.map((body, index) => this.hash(body.start, body.end, [], index + 1, seen, ordinals));
    const outermost: Body[] = [];
    let covered = 0;
    for (const body of this.bodies) {
      if (body.start < covered) continue;
      outermost.push(body);
      covered = body.end;
    }
    hashes.push(this.hash(0, this.length, outermost, this.bodies.length + 1, seen, ordinals));
    return hashes;
  }

  private bindings = 0;

  /** Replaces names that a scope binds by the number of their binding, and free names by the hash of their text. */
  private bindNames(): void {
    const { scopes } = this;
    const current = new Int32Array(this.words.size).fill(-1);
    const open: OpenScope[] = [];
    let at = 0;
    for (const scope of scopes) {
      if (scope.outer === null || scope.end <= scope.start || scope.names.length === 0) continue;
      at = this.closeScopes(open, scope.start, at, current);
      this.bindTokens(at, scope.start, current);
      at = scope.start;
      const shadowed = scope.names.map((name) => {
        const before = current[name]!;
        current[name] = this.bindings;
        this.bindings += 1;
        return before;
      });
      open.push({ scope, shadowed });
    }
    at = this.closeScopes(open, this.length, at, current);
    this.bindTokens(at, this.length, current);
  }

  /** Binds what stands up to the ends of the scopes that end by `until`, whose names are free again. Tells how far it came. */
  private closeScopes(open: OpenScope[], until: number, from: number, current: Int32Array): number {
    let at = from;
    for (let top = open.at(-1); top !== undefined && top.scope.end <= until; top = open.at(-1)) {
      this.bindTokens(at, top.scope.end, current);
      at = top.scope.end;
      open.pop();
      for (let name = top.scope.names.length - 1; name >= 0; name -= 1) current[top.scope.names[name]!] = top.shadowed[name]!;
    }
    return at;
  }

  private bindTokens(from: number, to: number, current: Int32Array): void {
    const { tokens, wordHashes } = this;
    for (let index = from; index < to; index += 1) {
      const token = tokens[index]!;
      if (token >= 0) continue;
      const binding = current[-1 - token]!;
      tokens[index] = binding >= 0 ? -1 - binding : wordHashes[-1 - token]!;
    }
  }

  private hash(start: number, end: number, without: readonly Body[], stamp: number, seen: Int32Array, ordinals: Int32Array): string {
    const { tokens } = this;
    let first = 0x811c9dc5 | 0;
    let second = 0x9e3779b9 | 0;
    let met = 0;
    let skip = 0;
    for (let index = start; index < end; index += 1) {
      const hole = without[skip];
      if (hole !== undefined && index === hole.start) {
        skip += 1;
        if (hole.end > index) {
          index = hole.end - 1;
          continue;
        }
      }
      let token = tokens[index]!;
      if (token < 0) {
        const binding = -1 - token;
        if (seen[binding] !== stamp) {
          seen[binding] = stamp;
          ordinals[binding] = met;
          met += 1;
        }
        token = -1 - ordinals[binding]!;
      }
      first = Math.imul(first ^ token, 0x01000193);
      first ^= first >>> 15;
      second = Math.imul(second ^ token, 0x85ebca6b) + 0x27d4eb2f;
      second ^= second >>> 13;
    }
    return hex(first) + hex(second);
  }

  private put(token: number): void {
    if (this.length === this.tokens.length) {
      TOKENS = new Int32Array(this.length * 2);
      TOKENS.set(this.tokens);
      this.tokens = TOKENS;
    }
    this.tokens[this.length] = token;
    this.length += 1;
  }

  private wordId(text: string): number {
    const known = this.words.get(text);
    if (known !== undefined) return known;
    const id = this.words.size;
    this.words.set(text, id);
    this.wordHashes.push(hashText(text));
    return id;
  }
}

/** Of the file that is being read: files are read one after the other. */
let TOKENS = new Int32Array(1 << 14);

interface Scope {
  readonly start: number;
  end: number;
  readonly names: number[];
  readonly outer: Scope | null;
  readonly isFunction: boolean;
}

/** A scope that has begun, and what its names were bound to before. */
interface OpenScope {
  readonly scope: Scope;
  readonly shadowed: readonly number[];
}

interface Body {
  readonly start: number;
  end: number;
}

/** FNV-1a in 31 bits: negative numbers stand for names. */
function hashText(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash & 0x7fffffff;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(value: number): string {
  return HEX[value >>> 24]! + HEX[(value >>> 16) & 255]! + HEX[(value >>> 8) & 255]! + HEX[value & 255]!;
}

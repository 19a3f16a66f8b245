import type { Lines } from "../place.js";
import type { Block, BlockKind, CallSite, Comparison, Expr, LocalValue } from "../source.js";

/** A block while its statements are read. */
export type OpenBlock = { -readonly [K in keyof Block]: Block[K] };

/** The code of one function while it is read: what `FunctionSummary` lists, and where the reader stands in it. */
export class Frame {
  readonly id: number;
  /** Qualified name; empty for the module, so that what stands in it needs no prefix. */
  readonly name: string;
  readonly calls: CallSite[] = [];
  readonly locals: LocalValue[] = [];
  readonly blocks: OpenBlock[] = [];
  readonly comparisons: Comparison[] = [];
  readonly returns: Expr[] = [];
  /** The block in which the statement being read stands. */
  block = 0;
  /** The statement being read leaves the loop or function, or the next one does. */
  leaves = false;
  /** A `break` would leave a loop, not a `switch`. */
  breakLeaves = true;
  private groups = 0;

  constructor(id: number, name: string, lines: Lines) {
    this.id = id;
    this.name = name;
    this.blocks.push({ parent: null, kind: "body", lines, over: null, binds: [], group: 0 });
  }

  /** A number for the blocks of one statement. */
  group(): number {
    this.groups += 1;
    return this.groups;
  }

  openBlock(kind: BlockKind, lines: Lines, group: number): OpenBlock {
    const opened: OpenBlock = { parent: this.block, kind, lines, over: null, binds: [], group };
    this.blocks.push(opened);
    this.block = this.blocks.length - 1;
    return opened;
  }

  closeBlock(): void {
    this.block = this.blocks[this.block]!.parent ?? 0;
  }

  /** How much was written down so far; equal before and after a block that holds nothing. */
  written(): number {
    return this.calls.length + this.locals.length;
  }

  /** Forgets the blocks from an index on: they turned out to hold nothing. */
  dropBlocks(from: number): void {
    while (this.blocks.length > from) this.blocks.pop();
  }
}

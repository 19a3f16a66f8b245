/** A range of lines in one file, 1-based and inclusive. */
export interface Lines {
  readonly startLine: number;
  readonly endLine: number;
}

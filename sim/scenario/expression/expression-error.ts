/** What is wrong with an expression, and where: thrown by its parts, and caught by `compileExpression` alone. */
export class ExpressionError extends Error {
  /** Into the text, from 0. */
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

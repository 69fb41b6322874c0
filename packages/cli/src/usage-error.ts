/** The command was asked for something it can't do; its message is all that the user needs to see. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

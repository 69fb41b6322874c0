/** A complete copy of a published data set, in a folder or on a server. */
export interface DatasetCopy {
  /** Its files, in the order in which the data set lists them. */
  readonly files: readonly DatasetFile[];
  /** A file that may be beside them; undefined when it is not. */
  optional(name: string): DatasetFile | undefined;
}

/** A file of a data set. */
export interface DatasetFile {
  /** Its path or address. */
  readonly path: string;
  /** Its size; where it is packed, perhaps the packed size. */
  readonly bytes: number;
  /** Its content, unpacked. */
  read(): Promise<Uint8Array>;
}

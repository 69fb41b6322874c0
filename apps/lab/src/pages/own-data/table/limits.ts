/** How much of a file is taken; more would not fit a browser's memory, or not be seen through on a page. */
export interface Limits {
  rows: number;
  columns: number;
  /** Rows times columns. */
  values: number;
  /** Characters of one row. */
  rowLength: number;
}

export const limits: Limits = { rows: 100_000, columns: 500, values: 2_000_000, rowLength: 1_000_000 };

/** Different texts that a column may have to count as categories or classes. */
export const mostCategories = 30;

/** Characters of a name or category; the rest is cut off. */
export const nameLength = 80;

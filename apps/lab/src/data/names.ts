/** The data sets that the lab brings along. */
export const digitDatasets = ["mnist", "fashion-mnist"] as const;
export type DigitDataset = (typeof digitDatasets)[number];

/** A table that the lab brings along, in data/examples. */
export interface Sample {
  title: string;
  /** What is in it, and whose it is. */
  about: string;
}

export const sampleNames = ["penguins", "wine", "phones-and-cash"] as const;
export type SampleName = (typeof sampleNames)[number];

export const samples: Readonly<Record<SampleName, Sample>> = {
  penguins: {
    title: "Penguins",
    about:
      "344 penguins of three species, measured by K. Gorman and the Palmer Station LTER, Antarctica (CC0). Some values are missing.",
  },
  wine: {
    title: "Wine",
    about:
      "13 chemical measurements of 178 wines by three growers of one region in Italy, by M. Forina and others (UCI Machine Learning Repository, CC BY 4.0).",
  },
  "phones-and-cash": {
    title: "Phones and cash",
    about:
      "The example of a lecture, made up: spending from the phones that one has had (2 to 24) and the cash that one withdraws (0 to 1000), with some noise.",
  },
};

/** The table as a file, which lies beside the page. @throws Error when it cannot be loaded. */
export async function fetchSample(name: SampleName): Promise<File> {
  const url = new URL(`data/examples/${name}.csv`, document.baseURI);
  const response = await fetch(url).catch((cause) => {
    throw new Error(`${name}.csv could not be loaded: there is no connection.`, { cause });
  });
  if (!response.ok) throw new Error(`${name}.csv could not be loaded: the server says ${response.status}.`);
  return new File([await response.blob()], `${name}.csv`);
}

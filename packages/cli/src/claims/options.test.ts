import { defaultJobs } from "evenkeel-experiments/pool";
import { describe, expect, it } from "vitest";
import { commandOf, testSettingsFrom } from "./options.js";

const settings = (options: { device?: string; jobs?: string }) =>
  testSettingsFrom(["IS15-8"], { size: "smoke", device: "cpu", ...options });

describe("the options of test-claim", () => {
  it("have one run at once on a device that runs would share, unless told", () => {
    expect(settings({}).jobs).toBe(defaultJobs);
    expect(settings({ device: "webgpu" }).jobs).toBe(1);
    expect(settings({ device: "webgpu", jobs: "3" }).jobs).toBe(3);
  });

  it("are in the command that tests the same again", () => {
    const command = (options: { device?: string; jobs?: string }) => commandOf(["IS15-8"], settings(options));
    expect(command({})).toBe("npx evenkeel-cli test-claim IS15-8 --size smoke");
    expect(command({ device: "webgpu" })).toBe(
      "npx evenkeel-cli test-claim IS15-8 --size smoke --device webgpu",
    );
    expect(command({ device: "webgpu", jobs: "3" })).toBe(
      "npx evenkeel-cli test-claim IS15-8 --size smoke --jobs 3 --device webgpu",
    );
  });
});

// @ts-check
import "@tensorflow/tfjs-backend-wasm";
import { serveLayers } from "./tfjs-layers.mjs";

await serveLayers("wasm");

// @ts-check
import "@tensorflow/tfjs-backend-webgl";
import { serveLayers } from "../peers/tfjs-layers.mjs";

await serveLayers("webgl");

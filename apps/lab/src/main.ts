import { mount } from "svelte";
import Lab from "./frame/Lab.svelte";
import "./styles.css";

mount(Lab, { target: document.getElementById("lab")! });

import { mount } from "svelte";
import Lab from "./frame/Lab.svelte";
import { keepOffline } from "./offline/register.ts";
import "./styles.css";

// In development, files change while the page is open.
if (import.meta.env.PROD) keepOffline();

mount(Lab, { target: document.getElementById("lab")! });

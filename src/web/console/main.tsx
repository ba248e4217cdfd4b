import { render } from "preact";
import "../design.css";
import { applyTheme } from "../theme.ts";
import { App } from "./app.tsx";
import "./shell.css";
import "./console.css";
import "./core/parts.css";

applyTheme();
const root = document.getElementById("app");
if (root) render(<App />, root);

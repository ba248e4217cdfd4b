import "../design.css";
import "./portal.css";
import { render } from "preact";
import { Portal } from "./portal.tsx";
import { begin } from "./visit.ts";

begin();
const place = document.getElementById("app");
if (place) {
	// What the server wrote is for readers without scripts.
	place.replaceChildren();
	render(<Portal />, place);
}

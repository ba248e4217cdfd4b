import { signal } from "@preact/signals";
import { render } from "preact";
import "../design.css";

const count = signal(0);
function App() {
	return (
		<main>
			<button onClick={() => count.value++}>Hello {count}</button>
		</main>
	);
}
render(<App />, document.getElementById("app")!);

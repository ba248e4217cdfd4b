/** What runs inside of a page that is measured, as `bench`. It is there before anything of the page is. */
// oxlint-disable-next-line no-unused-vars -- called from outside of the page
const bench = {
	/** How the page came to be usable, once it is: `{shown, interactive}` in milliseconds since it was asked for. */
	arrival: undefined,

	/**
	 * What `selector` finds is shown with the first frame that has it in it, and interactive when no task of more than 50 ms keeps the page from
	 * answering, then or within the next 300 ms. The time is counted from navigation, or from the first event of the type `intent`. Shadow roots
	 * are opened, to look into the widget's.
	 */
	timeArrival({ selector, intent }) {
		const QUIET_MS = 300;
		const roots = [document];
		const shown = Promise.withResolvers();
		const look = () => {
			if (!roots.some((root) => root.querySelector(selector))) return;
			observer.disconnect();
			requestAnimationFrame(() => {
				// Behind the frame: layout and paint are done.
				const channel = new MessageChannel();
				channel.port1.addEventListener("message", () => shown.resolve(performance.now()));
				channel.port1.start();
				channel.port2.postMessage(0);
			});
		};
		const observer = new MutationObserver(look);
		const watch = (root) => observer.observe(root, { subtree: true, childList: true, attributes: true });
		const attachShadow = Reflect.get(Element.prototype, "attachShadow");
		Element.prototype.attachShadow = function (init) {
			const root = attachShadow.call(this, { ...init, mode: "open" });
			roots.push(root);
			watch(root);
			return root;
		};
		watch(document);
		document.addEventListener("DOMContentLoaded", look);
		const busy = [];
		new PerformanceObserver((list) => {
			for (const { startTime, duration } of list.getEntries()) busy.push({ from: startTime, to: startTime + duration });
		}).observe({ type: "longtask", buffered: true });
		let begin = 0;
		if (intent !== undefined)
			addEventListener(intent, ({ timeStamp }) => (begin ||= timeStamp), { capture: true, passive: true });
		bench.arrival = shown.promise.then(async (at) => {
			await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
			const ends = busy.filter(({ from, to }) => to > begin && from <= at + QUIET_MS).map(({ to }) => to);
			return { shown: at - begin, interactive: Math.max(at, ...ends) - begin };
		});
	},

	/** Notes when each frame begins, until it is stopped; that answers with the times between them, in milliseconds. */
	recordFrames() {
		const times = [];
		const tick = (time) => {
			times.push(time);
			handle = requestAnimationFrame(tick);
		};
		let handle = requestAnimationFrame(tick);
		bench.stopFrames = () => {
			cancelAnimationFrame(handle);
			return times.slice(1).map((time, place) => time - times[place]);
		};
	},

	/** How far something is scrolled, how much is left below, where to point at it, and how many elements the page has. */
	placeOf(selector) {
		const element = document.querySelector(selector);
		const { left, right, top, bottom } = element.getBoundingClientRect();
		return {
			top: element.scrollTop,
			below: element.scrollHeight - element.scrollTop - element.clientHeight,
			x: Math.round((left + right) / 2),
			y: Math.round((Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2),
			elements: document.getElementsByTagName("*").length,
		};
	},

	/** How many chats the list of the console has. */
	listed: () => Number(document.querySelector("[aria-setsize]")?.getAttribute("aria-setsize") ?? 0),
};

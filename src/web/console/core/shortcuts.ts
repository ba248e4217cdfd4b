import { useEffect } from "preact/hooks";

/** Keys by what they do; `?` shows this list. Single letters work where nobody is writing. */
export const shortcuts: { keys: string[]; does: string }[] = [
	{ keys: ["?"], does: "Show these shortcuts" },
	{ keys: ["Ctrl K", "/"], does: "Find a chat or a message" },
	{ keys: ["J", "K"], does: "Next chat, previous chat" },
	{ keys: ["C"], does: "New chat" },
	{ keys: ["N"], does: "Next unread chat" },
	{ keys: ["R"], does: "Write in the open chat" },
	{ keys: ["↑"], does: "In an empty message: edit your last one" },
	{ keys: ["Enter", "Shift Enter"], does: "Send; begin a new line" },
	{ keys: ["E"], does: "Archive the open chat, or take it out of the archive" },
	{ keys: ["I"], does: "People and details of the open chat" },
	{ keys: ["↑", "↓"], does: "In the conversation: earlier and later messages" },
	{ keys: ["R", "E", "Delete"], does: "On a message: reply, edit, delete" },
	{ keys: ["G then I, U, O, L, A"], does: "Go to inbox, customers, connections, links, activity" },
	{ keys: ["Esc"], does: "Close, cancel, or back to the list" },
];

/** Runs what a key does while the component is there. Not while somebody writes, a dialog is open, or another key is held. */
export function useKeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
	useEffect(() => {
		const onKey = (event: KeyboardEvent): void => {
			const isCommand = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
			const name = isCommand ? "mod+k" : event.key;
			const action = Object.hasOwn(keys, name) ? keys[name] : undefined;
			if (!action || event.defaultPrevented || document.querySelector("dialog[open]")) return;
			if (!isCommand && (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target))) return;
			event.preventDefault();
			action(event);
		};
		addEventListener("keydown", onKey);
		return () => removeEventListener("keydown", onKey);
	});
}

function isWriting(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
	);
}

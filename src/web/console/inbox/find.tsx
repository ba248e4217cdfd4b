import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { call, messageOf, query } from "../core/api.ts";
import { Dialog } from "../core/dialog.tsx";
import { go } from "../core/route.ts";
import { shortly } from "../core/time.ts";
import { chatOf, listed } from "./chats.ts";
import { nameOf, type FoundMessage } from "./types.ts";

type Hit = { key: string; title: string; text: string; time: string; open: () => void };
/** Characters of a message before the place that was looked for. */
const BEFORE = 40;
const PAUSE_MS = 200;

/** Finds chats by their name as one writes, and messages by their text. */
export function Find({ onClose }: { onClose: () => void }): JSX.Element {
	const text = useSignal("");
	const found = useSignal<FoundMessage[]>([]);
	const at = useSignal(0);
	const problem = useSignal("");
	const isAsking = useSignal(false);
	useEffect(() => {
		const q = text.value.trim();
		at.value = 0;
		problem.value = "";
		isAsking.value = [...q].length >= 3;
		if (!isAsking.value) {
			found.value = [];
			return;
		}
		let isLatest = true;
		const timer = setTimeout(() => {
			call<{ messages: FoundMessage[] }>("GET", `/v1/Chat/Search${query({ q, take: 30 })}`)
				.then(({ messages }) => isLatest && (found.value = messages))
				.catch((error: unknown) => isLatest && (problem.value = messageOf(error)))
				.finally(() => isLatest && (isAsking.value = false));
		}, PAUSE_MS);
		return () => {
			isLatest = false;
			clearTimeout(timer);
		};
	}, [text.value]);

	const hits = [...chatsNamed(text.value), ...found.value.map((message) => hitOf(message, text.value.trim()))].map(
		(hit) => ({
			...hit,
			open: () => {
				onClose();
				hit.open();
			},
		}),
	);
	const onKey = (event: KeyboardEvent): void => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			const by = event.key === "ArrowDown" ? 1 : -1;
			at.value = hits.length === 0 ? 0 : (at.value + by + hits.length) % hits.length;
			document.getElementById(`hit-${at.value}`)?.scrollIntoView({ block: "nearest" });
		} else if (event.key === "Enter" && !event.isComposing) hits[at.value]?.open();
	};
	return (
		<Dialog title="Find" onClose={onClose} kind="wide">
			<input
				class="input"
				type="search"
				list={undefined}
				aria-label="Name of a chat, or three characters of a message"
				placeholder="Name of a chat, or three characters of a message"
				role="combobox"
				aria-expanded={hits.length > 0}
				aria-controls="hits"
				aria-activedescendant={hits.length > 0 ? `hit-${at.value}` : undefined}
				value={text}
				onInput={(event) => (text.value = event.currentTarget.value)}
				onKeyDown={onKey}
			/>
			{problem.value && <p class="notice danger">{problem}</p>}
			<ul class="hits" id="hits" role="listbox" aria-label="Found">
				{hits.map((hit, index) => (
					// The field above has the focus and moves the choice.
					// oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- see above
					<li
						key={hit.key}
						id={`hit-${index}`}
						role="option"
						aria-selected={index === at.value}
						class="hit"
						onClick={hit.open}
					>
						<b dir="auto">{hit.title}</b>
						<span class="quiet">{hit.time}</span>
						<span class="hit-text" dir="auto">
							{hit.text}
						</span>
					</li>
				))}
			</ul>
			{text.value.trim() !== "" && hits.length === 0 && (
				<p class="empty" role="status">
					{isAsking.value ? "Looking…" : "Nothing found."}
				</p>
			)}
		</Dialog>
	);
}

function chatsNamed(text: string): Hit[] {
	const wanted = text.trim().toLocaleLowerCase();
	return listed.value
		.filter((chat) => nameOf(chat).toLocaleLowerCase().includes(wanted))
		.slice(0, wanted === "" ? 8 : 5)
		.map((chat) => ({
			key: chat.chatId,
			title: nameOf(chat),
			text: chat.lastMessage?.preview ?? "",
			time: shortly(chat.lastActivityDate),
			open: () => go("inbox", chat.chatId),
		}));
}

function hitOf(message: FoundMessage, wanted: string): Hit {
	const body = message.body ?? "";
	const place = Math.max(0, body.toLocaleLowerCase().indexOf(wanted.toLocaleLowerCase()) - BEFORE);
	const chat = chatOf(message.chatId);
	return {
		key: message.chatMessageId,
		title: `${message.authorName}${chat ? ` in ${nameOf(chat)}` : ""}`,
		text: `${place > 0 ? "…" : ""}${body.slice(place, place + 160)}`,
		time: shortly(message.dateCreated),
		open: () => go("inbox", message.chatId, String(message.index)),
	};
}

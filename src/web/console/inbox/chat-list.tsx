import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { PICTURE } from "../../message/pictures.ts";
import { Avatar } from "../core/avatar.tsx";
import { Icon } from "../core/icons.tsx";
import { go, place } from "../core/route.ts";
import { session } from "../core/session.ts";
import { useKeys } from "../core/shortcuts.ts";
import { shortly } from "../core/time.ts";
import { counts, filter, filters, isLoaded, listed, listError, lobbyState, reload } from "./chats.ts";
import { nameOf, unreadOf, type Chat } from "./types.ts";
import "./chat-list.css";

/** Rows above and below what is seen, so that a quick scroll meets no gap. */
const MARGIN = 6;
/** Rems: the height of `.chat-row` in chat-list.css. */
const ROW = 4.25;

const nothing: Record<string, string> = {
	Open: "No open chats. New ones appear here by themselves.",
	Mine: "You are in no chat yet.",
	Visitors: "No visitors are waiting.",
	Unread: "Everything is read.",
	Archived: "Nothing is archived.",
};

/** The chats of the one who is signed in. A thousand of them cost as much as those in sight. */
export function ChatList({
	openId,
	onNew,
	onFind,
}: {
	openId: string | undefined;
	onNew: () => void;
	onFind: () => void;
}): JSX.Element {
	useKeys({
		j: () => step(openId, 1),
		k: () => step(openId, -1),
		n: () => nextUnread(openId),
		c: onNew,
		"/": onFind,
		"mod+k": onFind,
	});
	return (
		<section class="list-pane" aria-label="Chats">
			<header class="pane-head">
				<h1>Inbox</h1>
				<button
					type="button"
					class="button plain icon"
					aria-label="Find a chat or a message"
					title="Find (Ctrl K)"
					onClick={onFind}
				>
					<Icon name="search" />
				</button>
				<button type="button" class="button plain icon" aria-label="New chat" title="New chat (C)" onClick={onNew}>
					<Icon name="plus" />
				</button>
			</header>
			<div class="filters" role="group" aria-label="Show">
				{filters.map((name) => (
					<button
						type="button"
						class="filter"
						aria-pressed={filter.value === name}
						onClick={() => (filter.value = name)}
					>
						{name}
						{counts.value[name] > 0 && name !== "Unread" && (
							<span class="count">
								{counts.value[name]}
								<span class="unseen"> unread</span>
							</span>
						)}
					</button>
				))}
			</div>
			{lobbyState.value === "offline" && (
				<p class="notice warn strip">You are offline. The list shows what was last heard.</p>
			)}
			{listError.value && (
				<p class="notice danger strip" role="alert">
					{listError}{" "}
					<button type="button" class="button" onClick={() => void reload()}>
						Try again
					</button>
				</p>
			)}
			<Rows openId={openId} />
		</section>
	);
}

function Rows({ openId }: { openId: string | undefined }): JSX.Element {
	const scroller = useRef<HTMLDivElement>(null);
	const first = useSignal(0);
	const room = useSignal(10);
	// Neither at first: what is in sight is there sooner without. The first date that a page writes costs it 20 ms (2026-11-23).
	const margin = useSignal(0);
	const isDated = useSignal(false);
	const drawn = useRef<ReadonlyMap<string, Drawn>>(new Map());
	const rowHeight = useMemo(() => ROW * Number.parseFloat(getComputedStyle(document.documentElement).fontSize), []);
	const chats = listed.value;
	useLayoutEffect(() => {
		const element = scroller.current;
		if (!element) return;
		const observer = new ResizeObserver(() => (room.value = Math.ceil(element.clientHeight / rowHeight)));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	const hasChats = chats.length > 0;
	useEffect(() => {
		if (!hasChats) return;
		margin.value = MARGIN;
		let timer = setTimeout(() => {
			// Not in the task that draws them, to which it would add its 20 ms.
			shortly(new Date().toISOString());
			timer = setTimeout(() => (isDated.value = true));
		});
		return () => clearTimeout(timer);
	}, [hasChats]);
	const openAt = chats.findIndex(({ chatId }) => chatId === openId);
	useEffect(() => {
		const element = scroller.current;
		if (!element || openAt < 0) return;
		const top = openAt * rowHeight;
		if (top < element.scrollTop) element.scrollTop = top;
		else if (top + rowHeight > element.scrollTop + element.clientHeight)
			element.scrollTop = top + rowHeight - element.clientHeight;
	}, [openId]);
	const from = Math.max(0, Math.min(first.value, chats.length - room.value) - margin.value);
	const shown = chats.slice(from, from + room.value + 2 * margin.value + 1);
	const drawing = new Map<string, Drawn>();
	const rows = shown.map((chat, offset) => {
		const isOpen = chat.chatId === openId;
		const state = { chat, isOpen, isDated: isDated.value, at: from + offset, of: chats.length };
		const before = drawn.current.get(chat.chatId);
		const now = before && isSame(before.state, state) ? before : { state, node: <Row key={chat.chatId} {...state} /> };
		drawing.set(chat.chatId, now);
		return now.node;
	});
	useLayoutEffect(() => {
		drawn.current = drawing;
	});
	return (
		<div
			class="rows"
			ref={scroller}
			onScroll={() => (first.value = Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight))}
		>
			{chats.length === 0 && <p class="empty">{isLoaded.value ? nothing[filter.value] : "Loading…"}</p>}
			<ul style={{ height: `${chats.length * rowHeight}px`, paddingTop: `${from * rowHeight}px` }}>{rows}</ul>
		</div>
	);
}

type RowState = { chat: Chat; isOpen: boolean; isDated: boolean; at: number; of: number };
/** A row as it was drawn: a scroll draws only the rows that come. */
type Drawn = { state: RowState; node: JSX.Element };

function isSame(a: RowState, b: RowState): boolean {
	return a.chat === b.chat && a.isOpen === b.isOpen && a.isDated === b.isDated && a.at === b.at && a.of === b.of;
}

function Row({ chat, isOpen, isDated, at, of }: RowState): JSX.Element {
	const unread = unreadOf(chat);
	const name = nameOf(chat);
	return (
		<li aria-posinset={at + 1} aria-setsize={of}>
			<a
				class={`chat-row${unread > 0 ? " unread" : ""}`}
				href={place("inbox", chat.chatId)}
				aria-current={isOpen ? "true" : undefined}
			>
				<Avatar name={name} />
				<span class="chat-name">{name}</span>
				<time class="chat-time" dateTime={chat.lastActivityDate}>
					{isDated && shortly(chat.lastActivityDate)}
				</time>
				<span class="chat-preview">{previewOf(chat)}</span>
				{unread > 0 && (
					<span class="badge strong">
						{unread > 99 ? "99+" : unread}
						<span class="unseen"> unread</span>
					</span>
				)}
				{chat.kind === "Visitor" && !chat.me?.isActive && unread === 0 && <span class="badge">Visitor</span>}
			</a>
		</li>
	);
}

/** How the last message begins, and by whom. */
function previewOf({ lastMessage, messageCount, isActive }: Chat): string {
	if (!isActive) return "Closed";
	if (!lastMessage) return messageCount === 0 ? "No messages yet" : "…";
	const { userId, authorName, messageType, preview } = lastMessage;
	const text =
		preview === null
			? "Message deleted"
			: /^text$/i.test(messageType)
				? preview
				: messageType.toUpperCase() === PICTURE
					? "Picture"
					: `[${messageType}]`;
	return userId === session.value?.user.userId ? `You: ${text}` : `${authorName.split(" ")[0]}: ${text}`;
}

function step(openId: string | undefined, by: number): void {
	const at = listed.value.findIndex(({ chatId }) => chatId === openId);
	const chat = listed.value[at < 0 ? 0 : at + by];
	if (chat) go("inbox", chat.chatId);
}

function nextUnread(openId: string | undefined): void {
	const chat = listed.value.find((one) => one.chatId !== openId && unreadOf(one) > 0);
	if (chat) go("inbox", chat.chatId);
}

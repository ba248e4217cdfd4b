import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { RoomClient } from "../../socket/room-client.ts";
import type { Message } from "../../socket/wire.ts";
import { Heights } from "../core/heights.ts";
import { readHere } from "./chats.ts";
import type { Conversation } from "./conversation-store.ts";
import { History } from "./history.ts";
import { MessageRow, PendingRow, type Act } from "./message.tsx";

/** Pixels drawn beyond what is seen, and how near the end counts as being there. */
const MARGIN = 700;
const NEAR = 60;
/** Pixels of a row that was never seen: two lines and their author. */
const GUESS = 64;
/** Pixels of context over a message that was looked for. */
const ABOVE_PINNED = 80;

/** After this without a scroll, rows that came during it get what can be done with them. */
const REST_MS = 150;

type Props = {
	conversation: Conversation;
	/** The message that was looked for, or the one that was answered. */
	target: number | undefined;
	/** Where reading begins unless something is looked for; 0 when all is read. */
	firstUnread: number;
	onAct: Act;
};

/** Rows from the first to before the last. */
type View = { from: number; to: number };

/** A row as it was drawn: as long as nothing it shows has changed, a scroll draws only the rows that come. */
type Drawn = { shows: readonly unknown[]; isBare: boolean; node: JSX.Element };

/**
 * A conversation of any length. What is drawn is what is in sight; what is drawn is loaded; heights are measured once a row was on screen,
 * and what changes above does not move what is read. Whoever is at the end stays there.
 */
export function MessageList({ conversation, target, firstUnread, onAct }: Props): JSX.Element {
	const { client, version } = conversation;
	void version.value;
	const scroller = useRef<HTMLDivElement>(null);
	const heights = useMemo(() => new Heights(GUESS), [conversation]);
	const history = useMemo(() => new History(client), [client]);
	const drawn = useRef<ReadonlyMap<number, Drawn>>(new Map());
	const view = useSignal<View>({ from: 0, to: 0 });
	const isMoving = useSignal(false);
	const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
	const begin = target ?? (firstUnread > 1 ? firstUnread : undefined);
	/** The row that is held where it is until somebody scrolls: what is measured round it must not push it away. */
	const pinned = useRef(begin === undefined ? undefined : begin - 1);
	const atEnd = useRef(begin === undefined);
	const isPlaced = useRef(false);
	const waiting = useRef(0);
	const focused = useSignal(0);
	const count = client.messageCount + client.pending.length;
	heights.resize(count);

	const look = useCallback((): void => {
		const element = scroller.current;
		if (!element) return;
		const top = element.scrollTop;
		atEnd.current = pinned.current === undefined && isAtEnd(element);
		const within = (margin: number): View => ({
			from: heights.rowAt(top - margin),
			to: Math.min(heights.count, heights.rowAt(top + element.clientHeight + margin) + 1),
		});
		// Drawn anew when half of what is beyond is used up, and not with each row.
		const [needed, { from, to }] = [within(MARGIN / 2), view.value];
		if (needed.from < from || needed.to > to || to > heights.count) view.value = within(MARGIN);
		noteRead();
	}, [heights]);

	/** What has been in sight, in a window that somebody looks at, is read. */
	const noteRead = useCallback((): void => {
		const element = scroller.current;
		if (!element || client.connection === "stopped" || !document.hasFocus() || !isPlaced.current) return;
		const last = isAtEnd(element)
			? client.messageCount
			: Math.min(client.messageCount, heights.rowAt(element.scrollTop + element.clientHeight - 20));
		if (last === 0 || !client.messages.has(last)) return;
		client.markRead(last);
		readHere(conversation.chatId, last);
	}, [heights]);

	/** Keeps what is read where it is: the pinned row, or the end. */
	const hold = useCallback(
		(element: HTMLElement): void => {
			if (pinned.current !== undefined) element.scrollTop = Math.max(0, heights.start(pinned.current) - ABOVE_PINNED);
			else if (atEnd.current) element.scrollTop = element.scrollHeight;
		},
		[heights],
	);

	useLayoutEffect(() => {
		const element = scroller.current;
		if (!element || count === 0 || client.connection === "connecting") return;
		// Whoever writes wants to see it.
		if (client.pending.length > waiting.current) {
			pinned.current = undefined;
			atEnd.current = true;
		}
		waiting.current = client.pending.length;
		isPlaced.current = true;
		hold(element);
		look();
	});

	useEffect(() => {
		const onFocus = (): void => noteRead();
		addEventListener("focus", onFocus);
		return () => removeEventListener("focus", onFocus);
	}, [noteRead]);

	const { from, to } = view.value;
	useEffect(() => history.show(from + 1, to));

	const observer = useMemo(
		() =>
			new ResizeObserver((entries) => {
				const element = scroller.current;
				if (!element) return;
				let above = 0;
				for (const { target, borderBoxSize } of entries) {
					// The list itself: a window was resized, a keyboard came up.
					if (target === element) continue;
					// A row that has left has no height; what it had still counts.
					if (!target.isConnected) {
						observer.unobserve(target);
						continue;
					}
					const row = Number((target as HTMLElement).dataset["row"]);
					const change = heights.set(row, borderBoxSize[0]?.blockSize ?? GUESS);
					if (heights.start(row) < element.scrollTop) above += change;
				}
				if (spacer.current) spacer.current.style.height = `${heights.total}px`;
				if (rowsBox.current) rowsBox.current.style.top = `${heights.start(view.value.from)}px`;
				if (pinned.current !== undefined || atEnd.current) hold(element);
				else if (above !== 0) element.scrollTop += above;
				look();
			}),
		[heights],
	);
	useEffect(() => {
		if (scroller.current) observer.observe(scroller.current);
		return () => observer.disconnect();
	}, [observer]);
	const measured = useCallback((row: HTMLElement | null) => row && observer.observe(row), [observer]);
	const spacer = useRef<HTMLDivElement>(null);
	const rowsBox = useRef<HTMLOListElement>(null);

	const scrolled = (): void => {
		clearTimeout(rest.current);
		rest.current = setTimeout(() => (isMoving.value = false), REST_MS);
		isMoving.value = true;
		look();
	};
	useEffect(() => () => clearTimeout(rest.current), []);
	const unpin = (): void => {
		pinned.current = undefined;
	};
	const move = (event: KeyboardEvent): void => {
		const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[event.key];
		if (by === undefined || !(event.target as HTMLElement).dataset["row"]) return;
		event.preventDefault();
		unpin();
		const row = Math.max(0, Math.min(count - 1, focused.value + by));
		focused.value = row;
		const element = scroller.current;
		const top = heights.start(row);
		if (element && (top < element.scrollTop || heights.start(row + 1) > element.scrollTop + element.clientHeight))
			element.scrollTop = top - element.clientHeight / 3;
		look();
		requestAnimationFrame(() => element?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus());
	};

	const drawing = new Map<number, Drawn>();
	useLayoutEffect(() => {
		drawn.current = drawing;
	});
	const tabStop = focused.value >= from && focused.value < to ? focused.value : Math.min(to, count) - 1;
	return (
		<div class="messages" ref={scroller} onScroll={scrolled} onWheel={unpin} onTouchMove={unpin} onPointerDown={unpin}>
			{count === 0 && client.connection === "online" && <p class="empty">Nothing has been said here yet.</p>}
			<div class="messages-spacer" ref={spacer} style={{ height: `${heights.total}px` }}>
				{/* Moving among messages is what a list of them is for; each is an item that takes the focus. */}
				{/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- see above */}
				<ol
					class="messages-rows"
					ref={rowsBox}
					aria-label="Messages"
					style={{ top: `${heights.start(from)}px` }}
					onKeyDown={move}
				>
					{Array.from({ length: Math.max(0, Math.min(to, count) - from) }, (_, offset) => {
						const row = from + offset;
						const pending = client.pending[row - client.messageCount];
						const tabIndex = row === tabStop ? 0 : -1;
						const common = { row, measured, tabIndex, onFocus: () => (focused.value = row) };
						if (pending)
							return <PendingRow key={pending.clientMessageId} pending={pending} client={client} {...common} />;
						const [before, message] = [client.messages.get(row), client.messages.get(row + 1)];
						const shows = [before, message, tabIndex, stampOf(message, client, version.value)];
						const same = drawn.current.get(row);
						if (same && (isMoving.value || !same.isBare) && shows.every((one, place) => one === same.shows[place])) {
							drawing.set(row, same);
							return same.node;
						}
						const node = (
							<MessageRow
								key={message?.clientMessageId ?? row}
								message={message}
								before={before}
								isBare={isMoving.value}
								conversation={conversation}
								isFirstUnread={row + 1 === firstUnread}
								isTarget={row + 1 === target}
								onAct={onAct}
								{...common}
							/>
						);
						drawing.set(row, { shows, isBare: isMoving.value, node });
						return node;
					})}
				</ol>
			</div>
		</div>
	);
}

/** What else a row shows than messages: whether its author is here; how far others have read, and what is quoted, which anything may change. */
function stampOf(message: Message | undefined, { me, present }: RoomClient, version: number): unknown {
	if (!message) return undefined;
	const isEver = message.userId === me?.userId || message.replyToChatMessageId !== null;
	return isEver ? version : present.has(message.userId);
}

function isAtEnd(element: HTMLElement): boolean {
	return element.scrollTop + element.clientHeight >= element.scrollHeight - NEAR;
}

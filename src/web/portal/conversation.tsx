import "./conversation.css";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { RoomClient } from "../socket/room-client.ts";
import { StopError } from "../socket/connection.ts";
import type { Message } from "../socket/wire.ts";
import { api, PortalError, type Chat, type Viewed } from "./api.ts";
import { Composer } from "./composer.tsx";
import { Entry, Unsent } from "./entry.tsx";
import { Masthead } from "./stage.tsx";
import { dayText } from "./time.ts";
import { ended } from "./visit.ts";

/** Messages that are loaded at a time. */
const PAGE = 50;
/** Why a connection ends that this page ended itself, and one that the portal gave no ticket for. */
const CLOSED = 1000;
const REFUSED = "refused";
/** Conversations whose first ticket is used. */
const begun = new WeakSet<Chat>();
/** How near to the end counts as being there, in pixels. */
const NEAR = 80;

/** The live conversation of a room, which the recipient has joined. */
export function Conversation({ viewed, chat }: { viewed: Viewed; chat: Chat }): JSX.Element {
	const room = useRoom(viewed, chat);
	const messages = useMemo(() => inOrder(chat.messages, room.messages), [room.version]);
	const first = messages[0]?.index ?? 1;
	const isOpen = (room.client.isActive ?? true) && room.client.connection !== "stopped";
	const title = (room.client.chatName ?? chat.chatName) || `Conversation with ${viewed.tenantName}`;
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.focus(), []);
	useEffect(() => {
		document.title = `${title} · ${viewed.tenantName}`;
	}, [title]);
	return (
		<div class="page talk">
			<Masthead title={title} tenantName={viewed.tenantName} isInside>
				<Presence client={room.client} userId={chat.userId} />
			</Masthead>
			<main class="conversation">
				<h1 class="unseen" tabIndex={-1} ref={heading}>
					{title}
				</h1>
				<Log
					title={title}
					version={room.version}
					last={messages.at(-1)?.index ?? 0}
					onEnd={(index) => room.client.markRead(index)}
				>
					{first > 1 && (
						<button
							type="button"
							class="button earlier"
							onClick={() => void room.client.load(first - PAGE, first - 1)}
							disabled={room.client.connection !== "online"}
						>
							Earlier messages
						</button>
					)}
					{messages.length === 0 && room.client.pending.length === 0 && (
						<p class="empty quiet">Nothing was said yet. Write the first message.</p>
					)}
					<ol class="entries">
						{messages.map((message, place) => (
							<Entry
								key={message.index}
								client={room.client}
								message={message}
								isOwn={message.userId === chat.userId}
								repliedTo={messages.find(({ chatMessageId }) => chatMessageId === message.replyToChatMessageId)}
								day={dayBefore(messages, place)}
							/>
						))}
						{room.client.pending.map((pending) => (
							<Unsent key={pending.clientMessageId} client={room.client} pending={pending} />
						))}
					</ol>
				</Log>
				<Status client={room.client} />
				{isOpen ? (
					<Composer client={room.client} />
				) : (
					<p class="notice">This conversation was closed. You can read it, but not write any more.</p>
				)}
			</main>
		</div>
	);
}

/** The room behind the page, and a number that grows with every change of it. */
function useRoom(viewed: Viewed, chat: Chat) {
	const [version, setVersion] = useState(0);
	const client = useMemo(() => {
		const made: RoomClient = new RoomClient({
			address: async () => {
				if (begun.has(chat)) return nextTicket(viewed);
				begun.add(chat);
				return chat;
			},
			onChange: () => {
				setVersion((before) => before + 1);
				void made.load(Math.max(1, made.messageCount - PAGE + 1), made.messageCount);
				const { stop } = made;
				if (stop && stop.code !== CLOSED && stop.reason !== REFUSED) void explain(viewed);
			},
		});
		return made;
	}, [chat]);
	useEffect(() => () => client.close(), [client]);
	return { client, version, messages: client.messages };
}

async function nextTicket(viewed: Viewed): Promise<{ url: string; ticket: string }> {
	try {
		return await api.ticket(viewed);
	} catch (error) {
		const isPassing =
			error instanceof PortalError &&
			["Offline", "InternalServerError", "TooManyRequests", "Unavailable"].includes(error.code);
		if (isPassing) throw error;
		ended(error);
		throw new StopError(REFUSED);
	}
}

/** A room that sends its visitor away does not say why: the portal does, when it is asked for the way back. */
async function explain(viewed: Viewed): Promise<void> {
	try {
		await api.ticket(viewed);
		ended(new PortalError("SessionRequired", "The connection was ended."));
	} catch (error) {
		ended(error);
	}
}

/** What the page was given, under what came since. */
function inOrder(given: readonly Message[], known: ReadonlyMap<number, Message>): Message[] {
	const all = new Map([...given.map((message) => [message.index, message] as const), ...known]);
	return Array.from(all.values()).sort((a, b) => a.index - b.index);
}

/** The day of a message that is the first of its day. */
function dayBefore(messages: readonly Message[], place: number): string | undefined {
	const [before, at] = [messages[place - 1], messages[place]];
	if (!at) return undefined;
	const day = dayText(at.dateCreated);
	return before && dayText(before.dateCreated) === day ? undefined : day;
}

/** What was said, read out as it comes; it stays at its end when one was there. */
function Log({
	title,
	version,
	last,
	onEnd,
	children,
}: {
	title: string;
	version: number;
	last: number;
	onEnd: (index: number) => void;
	children: JSX.Element | (JSX.Element | false)[];
}): JSX.Element {
	const place = useRef<HTMLDivElement>(null);
	const isAtEnd = useRef(true);
	const [hasNews, setNews] = useState(false);
	const toEnd = () => {
		const log = place.current;
		if (!log) return;
		log.scrollTop = log.scrollHeight;
		isAtEnd.current = true;
		setNews(false);
		if (document.visibilityState === "visible") onEnd(last);
	};
	useEffect(() => {
		if (isAtEnd.current) toEnd();
	}, [version]);
	useEffect(() => {
		if (!isAtEnd.current) setNews(true);
	}, [last]);
	useEffect(() => {
		const log = place.current;
		// A keyboard that opens on a phone takes room from below.
		const observer = new ResizeObserver(() => isAtEnd.current && toEnd());
		if (log) observer.observe(log);
		return () => observer.disconnect();
	}, [last]);
	return (
		<div class="log-frame">
			<div
				ref={place}
				class="log"
				role="log"
				aria-label={title}
				tabIndex={0}
				onScroll={({ currentTarget: log }) => {
					isAtEnd.current = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
					if (isAtEnd.current) setNews(false);
				}}
			>
				{children}
			</div>
			{hasNews && (
				<button type="button" class="button news" onClick={toEnd}>
					New messages
				</button>
			)}
		</div>
	);
}

/** Who else is here. */
function Presence({ client, userId }: { client: RoomClient; userId: string }): JSX.Element | null {
	const others = Array.from(client.present.values()).filter(
		(person) => person.userId !== userId && person.kind !== "Visitor",
	);
	const [first] = others;
	if (!first) return null;
	const { name } = first;
	return (
		<span class="presence small quiet">
			<span class="dot" aria-hidden="true" />
			<span>{others.length === 1 ? `${name} is here` : `${name} and ${others.length - 1} more are here`}</span>
		</span>
	);
}

/** Whether what is written arrives, and who is writing. */
function Status({ client }: { client: RoomClient }): JSX.Element {
	const { typing, connection } = client;
	const text =
		connection === "offline"
			? "You are offline. What you write is sent when you are back."
			: connection === "connecting" && client.me
				? "Connecting again …"
				: typing.length > 0
					? `${typing.slice(0, 2).join(" and ")} ${typing.length === 1 ? "is" : "are"} writing …`
					: "";
	return (
		<p class="status small quiet" role="status">
			{text}
		</p>
	);
}

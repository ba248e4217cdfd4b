import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Conversation } from "./conversation.ts";
import { entriesOf } from "./entries.ts";
import { MessageItem } from "./message-item.tsx";
import type { Settings } from "./settings.ts";
import type { Times } from "./times.ts";
import { say, type Words } from "./words.ts";

/** Pixels from the bottom that still count as there. */
const NEAR = 40;
/** Pixels from the top at which earlier messages are asked for. */
const AHEAD = 200;

type Props = {
	conversation: Conversation;
	settings: Settings;
	words: Words;
	times: Times;
	/** Whether the newest message is in sight. */
	onBottom: (isAtBottom: boolean) => void;
};

/** The conversation: it stays at its end when it is there, and where one reads when one reads further up. */
export function MessageList({ conversation, settings, words, times, onBottom }: Props) {
	const { client, messages, pending, seenUpTo } = conversation;
	const entries = entriesOf(messages, pending, seenUpTo);
	const scroller = useRef<HTMLDivElement>(null);
	const content = useRef<HTMLDivElement>(null);
	const isAtBottom = useRef(true);
	const fromEnd = useRef(0);
	const [isAway, setAway] = useState(false);

	const goToEnd = () => {
		const box = scroller.current;
		if (box) box.scrollTop = box.scrollHeight;
	};
	const look = () => {
		const box = scroller.current;
		if (!box || box.clientHeight === 0) return;
		fromEnd.current = box.scrollHeight - box.scrollTop;
		isAtBottom.current = fromEnd.current - box.clientHeight < NEAR;
		setAway(!isAtBottom.current);
		onBottom(isAtBottom.current);
		if (box.scrollTop < AHEAD) conversation.loadEarlier();
	};
	// What grows above keeps what is read in its place; what grows below is followed.
	const firstKey = entries[0]?.key;
	useLayoutEffect(() => {
		const box = scroller.current;
		if (box && !isAtBottom.current) box.scrollTop = box.scrollHeight - fromEnd.current;
	}, [firstKey]);
	const lastOwnKey = entries.findLast(({ isOwn }) => isOwn)?.key;
	useLayoutEffect(goToEnd, [lastOwnKey]);
	useEffect(() => {
		const observer = new ResizeObserver(() => {
			if (isAtBottom.current) goToEnd();
			look();
		});
		if (scroller.current) observer.observe(scroller.current);
		if (content.current) observer.observe(content.current);
		return () => observer.disconnect();
	}, []);

	const lastSeenKey = entries.findLast(({ isOwn, state }) => isOwn && state === "seen")?.key;
	const hasEarlier = (messages[0]?.index ?? 1) > 1;
	const { writing } = conversation;
	return (
		<div class="conversation">
			<div ref={scroller} class="scroller" tabIndex={0} role="region" aria-label={words.conversation} onScroll={look}>
				<div ref={content} class="content">
					{entries.length === 0 && <Beginning settings={settings} words={words} />}
					{hasEarlier && <p class="earlier">{words.earlier}</p>}
					<ol>
						{/* Flat, or a page put before would make all of them anew. */}
						{entries.flatMap((entry) => [
							entry.startsDay && (
								<li key={`day ${entry.key}`} class="day">
									{times.day(entry.date)}
								</li>
							),
							<MessageItem
								key={entry.key}
								entry={entry}
								isLastOwn={entry.key === lastOwnKey}
								isLastSeen={entry.key === lastSeenKey}
								words={words}
								times={times}
								onRetry={(key) => client?.retry(key)}
								onDiscard={(key) => client?.discard(key)}
							/>,
						])}
					</ol>
					{writing.length > 0 && <Writing names={writing} words={words} />}
				</div>
			</div>
			{isAway && (
				<button type="button" class="to-end" aria-label={words.newest} onClick={goToEnd}>
					<svg viewBox="0 0 24 24" aria-hidden="true">
						<path d="M6 9l6 6 6-6" />
					</svg>
				</button>
			)}
		</div>
	);
}

function Writing({ names, words }: { names: string[]; words: Words }) {
	return (
		<p class="typing">
			<span class="dots" aria-hidden="true">
				<i />
				<i />
				<i />
			</span>
			{say(names.length === 1 ? words.isWriting : words.areWriting, names.join(", "))}
		</p>
	);
}

function Beginning({ settings, words }: { settings: Settings; words: Words }) {
	return (
		<div class="beginning">
			<p class="greeting">{settings.greeting ?? words.begin}</p>
			<p>{words.kept}</p>
		</div>
	);
}

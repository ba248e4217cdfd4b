import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { session } from "../core/session.ts";
import { ChatList } from "./chat-list.tsx";
import { watchLobby } from "./chats.ts";
import { ConversationPane } from "./conversation.tsx";
import { Find } from "./find.tsx";
import "./inbox.css";
import { NewChat } from "./new-chat.tsx";

/** The list, and the conversation that is open. On a phone it is one of the two. */
export function Inbox({ parts }: { parts: readonly string[] }): JSX.Element {
	const [chatId, index] = parts;
	const dialog = useSignal<"find" | "new" | undefined>(undefined);
	useLayoutEffect(() => watchLobby(), [session.value?.token]);
	const close = (): void => {
		dialog.value = undefined;
	};
	return (
		<div class={`inbox${chatId === undefined ? "" : " has-open"}`}>
			<ChatList openId={chatId} onNew={() => (dialog.value = "new")} onFind={() => (dialog.value = "find")} />
			{chatId === undefined ? (
				<div class="conversation empty-state">
					<p class="quiet">Choose a chat, or press J to open the first.</p>
				</div>
			) : (
				<ConversationPane
					key={chatId}
					chatId={chatId.replaceAll("-", "").toLowerCase()}
					target={index === undefined ? undefined : Number(index)}
				/>
			)}
			{dialog.value === "find" && <Find onClose={close} />}
			{dialog.value === "new" && <NewChat onClose={close} />}
		</div>
	);
}

import { render } from "preact";
import design from "../design.css?inline";
import picture from "../message/picture.css?inline";
import type { Message } from "../socket/wire.ts";
import { Conversation } from "./conversation.ts";
import { Chat } from "./chat.tsx";
import { HoursWatch } from "./hours.ts";
import type { Launcher } from "./launcher.ts";
import type { Memory } from "./memory.ts";
import { quotation } from "./message-item.tsx";
import css from "./panel.css?inline";
import type { Settings } from "./settings.ts";
import { words } from "./words.ts";

/** What the loader hands over. */
type Stage = {
	settings: Settings;
	memory: Memory;
	launcher: Launcher;
	/** Matches where the panel covers the page. */
	narrow: MediaQueryList;
};

export type Panel = {
	readonly isOpen: boolean;
	/** `isQuiet` leaves the focus where it is: nobody asked for it. */
	open(options?: { isQuiet?: boolean }): void;
	close(): void;
};

/** Puts the panel beside the button. Nothing is shown until it is opened. */
export function mount(stage: Stage): Panel {
	return new ChatPanel(stage);
}

class ChatPanel implements Panel {
	readonly #stage: Stage;
	readonly #dialog: HTMLDialogElement = document.createElement("dialog");
	readonly #frame: HTMLElement = document.createElement("div");
	/** For screen readers: what comes in, whether the panel is open or not. */
	readonly #news: HTMLElement = document.createElement("p");
	readonly #conversation: Conversation;
	readonly #hours: HoursWatch;
	#isAtBottom = true;

	constructor(stage: Stage) {
		this.#stage = stage;
		const { settings, memory, launcher, narrow } = stage;
		// What a rem is, the page decides; our measures do not depend on it.
		launcher.addStyles(design.replaceAll(/([\d.]+)rem\b/g, (_, size: string) => `${Number(size) * 16}px`));
		launcher.addStyles(picture);
		launcher.addStyles(css);
		this.#dialog.className = "panel";
		this.#dialog.setAttribute("aria-labelledby", "title");
		launcher.paint(this.#dialog);
		this.#news.className = "unseen";
		this.#news.setAttribute("role", "status");
		this.#frame.className = "frame";
		this.#dialog.append(this.#frame);
		launcher.root.append(this.#dialog, this.#news);
		this.#conversation = new Conversation(settings, memory, {
			onChange: () => this.#changed(),
			onMessage: (message) => this.#announce(message),
		});
		this.#hours = new HoursWatch(settings, () => this.#draw());
		// On the button, too.
		launcher.root.addEventListener("keydown", (event) => {
			if (event instanceof KeyboardEvent && event.key === "Escape" && !event.isComposing) this.close();
		});
		// How a phone goes back.
		this.#dialog.addEventListener("cancel", (event) => {
			event.preventDefault();
			this.close();
		});
		narrow.addEventListener("change", () => this.isOpen && this.#show());
		visualViewport?.addEventListener("resize", () => this.#fit());
		visualViewport?.addEventListener("scroll", () => this.#fit());
		document.addEventListener("visibilitychange", () => this.#changed());
	}

	get isOpen(): boolean {
		return this.#dialog.open;
	}

	open({ isQuiet = false }: { isQuiet?: boolean } = {}): void {
		if (this.isOpen) return;
		const { memory, launcher } = this.#stage;
		this.#hours.start();
		// What is outside of a modal dialog is not read out.
		this.#dialog.append(this.#news);
		this.#show(isQuiet);
		memory.keepTab({ isOpen: true });
		launcher.showOpen(true);
		this.#changed();
	}

	close(): void {
		if (!this.isOpen) return;
		const { memory, launcher } = this.#stage;
		const hadFocus = launcher.root.activeElement !== null;
		this.#dialog.close();
		launcher.root.append(this.#news);
		this.#hours.stop();
		memory.keepTab({ isOpen: false });
		launcher.showOpen(false);
		if (hadFocus) launcher.button.focus();
		this.#changed();
	}

	/** Over the page on a phone, where nothing else can be reached then; beside it elsewhere. */
	#show(isQuiet = false): void {
		const focused = isQuiet ? document.activeElement : null;
		this.#dialog.close();
		this.#draw();
		if (this.#stage.narrow.matches) this.#dialog.showModal();
		else {
			this.#dialog.show();
			this.#dialog.querySelector("textarea")?.focus();
		}
		// A dialog takes the focus whatever one wants.
		if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
		if (focused === document.body) (this.#stage.launcher.root.activeElement as HTMLElement | null)?.blur();
		this.#fit();
	}

	/** Above the keyboard of a phone, which covers what it does not shrink. */
	#fit(): void {
		const isModal = this.isOpen && this.#stage.narrow.matches;
		const { style } = this.#dialog;
		style.height = isModal && visualViewport ? `${visualViewport.height}px` : "";
		style.top = isModal && visualViewport ? `${visualViewport.offsetTop}px` : "";
	}

	#changed(): void {
		const { client } = this.#conversation;
		const isSeen = this.isOpen && this.#isAtBottom && document.visibilityState === "visible";
		if (isSeen) this.#conversation.markRead();
		this.#stage.launcher.showUnread(client?.unreadCount ?? 0);
		this.#draw();
	}

	#draw(): void {
		const { settings, memory } = this.#stage;
		render(
			<Chat
				conversation={this.#conversation}
				settings={settings}
				memory={memory}
				hours={this.#hours.hours}
				onClose={() => this.close()}
				onBottom={(isAtBottom) => {
					const isNew = isAtBottom && !this.#isAtBottom;
					this.#isAtBottom = isAtBottom;
					if (isNew) this.#changed();
				}}
			/>,
			this.#frame,
		);
	}

	#announce(message: Message): void {
		this.#news.textContent = `${message.authorName}: ${quotation(message, words[this.#stage.settings.locale])}`;
	}
}

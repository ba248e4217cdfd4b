import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";

type Props = {
	title: string;
	onClose: () => void;
	children: ComponentChildren;
	/** "side" comes from the right and keeps the page in sight. */
	kind?: "center" | "side" | "wide";
};

/** A dialog of the browser's own: it keeps the focus inside, Escape closes it, and the focus returns to where it was. */
export function Dialog({ title, onClose, children, kind = "center" }: Props): JSX.Element {
	const ref = useRef<HTMLDialogElement>(null);
	const heading = useId();
	// Before the next key: what is typed right after the shortcut is for the dialog, not for the page.
	useLayoutEffect(() => {
		const dialog = ref.current;
		const before = document.activeElement;
		dialog?.showModal();
		// Whoever opened it wants to write, not to close.
		dialog?.querySelector<HTMLElement>("input, textarea, select")?.focus();
		return () => {
			dialog?.close();
			if (before instanceof HTMLElement) before.focus();
		};
	}, []);
	return (
		// A click on the dialog itself is one beside its content; Escape does the same from the keyboard.
		// oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- see above
		<dialog
			ref={ref}
			class={`dialog ${kind}`}
			aria-labelledby={heading}
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onClick={(event) => {
				if (event.target === ref.current) onClose();
			}}
		>
			<div class="dialog-body">
				<header class="dialog-head">
					<h2 id={heading}>{title}</h2>
					<button type="button" class="button plain icon" aria-label="Close" onClick={onClose}>
						<Icon name="close" />
					</button>
				</header>
				{children}
			</div>
		</dialog>
	);
}

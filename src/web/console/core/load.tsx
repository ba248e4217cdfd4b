import type { ComponentChildren, JSX } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "./api.ts";

export type Loaded<T> = { value: T | undefined; error: string; isLoading: boolean; reload: () => void };

/** Asks when the component comes and whenever `key` changes; a later question's answer is never overtaken by an earlier one's. */
export function useLoad<T>(key: string, ask: () => Promise<T>): Loaded<T> {
	const [state, setState] = useState<{ value: T | undefined; error: string; isLoading: boolean }>({
		value: undefined,
		error: "",
		isLoading: true,
	});
	const turn = useRef(0);
	const latest = useRef(ask);
	latest.current = ask;
	const reload = useCallback(() => {
		const mine = (turn.current += 1);
		setState((state) => ({ ...state, isLoading: true }));
		void latest.current().then(
			(value) => mine === turn.current && setState({ value, error: "", isLoading: false }),
			(error: unknown) =>
				mine === turn.current && setState(({ value }) => ({ value, error: messageOf(error), isLoading: false })),
		);
	}, []);
	// Not after the first picture, which is drawn while the answer is on its way.
	useLayoutEffect(() => {
		reload();
		return () => {
			turn.current += 1;
		};
	}, [key, reload]);
	return { ...state, reload };
}

/** What there is to show while something loads, or why it did not. */
export function Waiting({
	of,
	children,
}: {
	of: Pick<Loaded<unknown>, "value" | "error" | "reload">;
	children?: ComponentChildren;
}): JSX.Element {
	if (of.error)
		return (
			<p class="notice danger" role="alert">
				{of.error}{" "}
				<button type="button" class="button" onClick={of.reload}>
					Try again
				</button>
			</p>
		);
	if (of.value === undefined)
		return (
			<p class="quiet waiting" role="status">
				<span class="spinner" /> Loading…
			</p>
		);
	return <>{children}</>;
}

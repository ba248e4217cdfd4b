import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { fileOf } from "./pictures.ts";

/** What it takes on the screen, in CSS pixels. */
const WIDEST = 240;
const HIGHEST = 320;
/** Another tab has the file by then. */
const HANDED_OVER_MS = 60_000;
/** Pictures whose size is remembered: one that comes back into sight of a long list has its place at once, and moves nothing. */
const REMEMBERED = 200;

type Size = { width: number; height: number };
const sizes = new Map<string, Size>();

/** A picture in a message; a click opens it in a tab of its own. */
export function Picture({ body, label }: { body: string; label: string }): JSX.Element {
	const canvas = useRef<HTMLCanvasElement>(null);
	const [isBroken, setBroken] = useState(false);
	useEffect(() => {
		let isWanted = true;
		const file = fileOf(body);
		const draw = async () => {
			if (!file) throw new Error("no picture");
			const bitmap = await createImageBitmap(file);
			remember(body, bitmap);
			if (isWanted && canvas.current) drawOn(canvas.current, bitmap);
			bitmap.close();
		};
		draw().catch(() => isWanted && setBroken(true));
		return () => {
			isWanted = false;
		};
	}, [body]);
	if (isBroken) return <span class="broken">{label}</span>;
	const { width, height } = sizes.get(body) ?? { width: 0, height: 0 };
	return (
		<button type="button" class="picture" aria-label={label} onClick={() => show(body)}>
			<canvas ref={canvas} width={width} height={height} />
		</button>
	);
}

function remember(body: string, bitmap: Size): void {
	sizes.delete(body);
	sizes.set(body, shownSize(bitmap));
	const [oldest] = sizes.keys();
	if (sizes.size > REMEMBERED && oldest !== undefined) sizes.delete(oldest);
}

function shownSize({ width, height }: Size): Size {
	const scale = Math.min(1, WIDEST / width, HIGHEST / height);
	return { width: width * scale, height: height * scale };
}

function drawOn(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
	const { width, height } = shownSize(bitmap);
	canvas.width = Math.round(width * devicePixelRatio);
	canvas.height = Math.round(height * devicePixelRatio);
	canvas.style.width = `${width}px`;
	canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}

function show(body: string): void {
	const file = fileOf(body);
	if (!file) return;
	const url = URL.createObjectURL(file);
	open(url, "_blank", "noopener");
	setTimeout(() => URL.revokeObjectURL(url), HANDED_OVER_MS);
}

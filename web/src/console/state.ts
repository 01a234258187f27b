// Who is signed in, which page is shown, and that something happened: all that pages share.
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

export interface Self { reader: string; role: string; shop: string; acts: string[]; fields: string[]; purposes: string[]; csrf?: string; budget: { window: string; limit: number; used: number } }
export interface Shared { self: Self; names: Record<string, string>; named: (id: string) => string; can: (act: string) => boolean; retheme: () => void; respeak: () => void; signOut: () => void }

export const SharedContext = createContext<Shared | null>(null);
export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error("outside the house");
  return shared;
}

/** Where we are: what stands behind `#` never reaches a server, a log or a referrer. */
export function place(): string[] { return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean); }
export function usePlace(): string[] {
  const [at, setAt] = useState(place());
  useEffect(() => {
    const moved = () => setAt(place());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return at;
}

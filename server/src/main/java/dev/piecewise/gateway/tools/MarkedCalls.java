package dev.piecewise.gateway.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds calls that begin with a marker. What comes behind the marker is up to a {@link Block}; white space around calls is dropped. */
final class MarkedCalls implements CallParser {
    private final String marker;
    private final Block block;
    /** What is not decided yet: text that may be the marker's beginning, or a marker and what came since. */
    private final StringBuilder held = new StringBuilder();

    private boolean called;

    MarkedCalls(String marker, Block block) {
        this.marker = marker;
        this.block = block;
    }

    /** Reads what stands behind a marker. */
    interface Block {
        /** Where the block ends that begins here, exclusively; -1 while it goes on. */
        int end(CharSequence text, int from);

        /** The calls of a block; empty when it holds none. */
        Optional<List<ToolCall>> read(String block);
    }

    @Override
    public List<Said> add(String piece) {
        held.append(piece);
        List<Said> said = new ArrayList<>();
        int at;
        while ((at = held.indexOf(marker)) >= 0) {
            int end = block.end(held, at + marker.length());
            if (end < 0) {
                say(at, false, said);
                return said;
            }
            take(at, end, said);
        }
        say(held.length() - undecided(), false, said);
        return said;
    }

    @Override
    public List<Said> finish() {
        List<Said> said = new ArrayList<>();
        int at = held.indexOf(marker);
        if (at >= 0) {
            take(at, held.length(), said);
        }
        say(held.length(), true, said);
        return said;
    }

    private void take(int at, int end, List<Said> said) {
        Optional<List<ToolCall>> calls = block.read(held.substring(at + marker.length(), end));
        if (calls.isEmpty()) {
            say(end, true, said);
            return;
        }
        String before = held.substring(0, at).stripTrailing();
        if (!before.isEmpty()) {
            said.add(new Said.Text(before));
        }
        calls.get().forEach(call -> said.add(new Said.Call(call)));
        held.delete(0, end);
        called = true;
    }

    /** Gives out the first so many characters as text; white space at their end waits, for a call may follow, and is dropped behind the last one. */
    private void say(int length, boolean all, List<Said> said) {
        int end = length;
        while (!all && end > 0 && Character.isWhitespace(held.charAt(end - 1))) {
            end--;
        }
        String text = held.substring(0, end);
        held.delete(0, end);
        if (!text.isEmpty() && !(called && text.isBlank())) {
            said.add(new Said.Text(text));
        }
    }

    /** How much of the end may be the beginning of the marker. */
    private int undecided() {
        for (int length = Math.min(marker.length() - 1, held.length()); length > 0; length--) {
            if (marker.startsWith(held.substring(held.length() - length))) {
                return length;
            }
        }
        return 0;
    }
}

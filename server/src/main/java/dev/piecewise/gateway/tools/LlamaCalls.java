package dev.piecewise.gateway.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds calls as Llama 3 writes them: the whole answer is a JSON object, perhaps behind {@code <|python_tag|>}, or several with semicolons between. An answer that
 * begins otherwise is text to its end.
 */
final class LlamaCalls implements CallParser {
    static final String TAG = "<|python_tag|>";

    private final Set<String> functions;
    private final StringBuilder held = new StringBuilder();
    private boolean text;
    private boolean called;

    LlamaCalls(Set<String> functions) {
        this.functions = functions;
    }

    @Override
    public List<Said> add(String piece) {
        held.append(piece);
        List<Said> said = new ArrayList<>();
        while (!text) {
            int start = start();
            int end = start < 0 ? -1 : JsonSpan.end(held, start);
            if (end < 0) {
                break;
            }
            take(start, end, said);
        }
        if (text) {
            say(said);
        }
        return said;
    }

    @Override
    public List<Said> finish() {
        List<Said> said = new ArrayList<>();
        if (!(called && separatorsOnly())) {
            say(said);
        }
        return said;
    }

    private void take(int start, int end, List<Said> said) {
        Optional<List<ToolCall>> calls = CallJson.read(held.substring(start, end), functions);
        if (calls.isEmpty()) {
            text = true;
            return;
        }
        calls.get().forEach(call -> said.add(new Said.Call(call)));
        held.delete(0, end);
        called = true;
    }

    /** Where an object begins; -1 while that is open, and when none does: then the rest is text. */
    private int start() {
        int at = skipSeparators(0);
        String rest = held.substring(at);
        if (rest.startsWith(TAG)) {
            at = skipSeparators(at + TAG.length());
        } else if (TAG.startsWith(rest)) {
            return -1;
        }
        if (at < held.length() && held.charAt(at) != '{') {
            text = true;
            return -1;
        }
        return at < held.length() ? at : -1;
    }

    private int skipSeparators(int from) {
        int at = from;
        while (at < held.length() && (Character.isWhitespace(held.charAt(at)) || (called && held.charAt(at) == ';'))) {
            at++;
        }
        return at;
    }

    private boolean separatorsOnly() {
        return skipSeparators(0) == held.length();
    }

    private void say(List<Said> said) {
        if (!held.isEmpty()) {
            said.add(new Said.Text(held.toString()));
            held.setLength(0);
        }
    }
}

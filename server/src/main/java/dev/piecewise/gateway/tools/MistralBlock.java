package dev.piecewise.gateway.tools;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls as Mistral writes them behind {@code [TOOL_CALLS]}: a JSON list, or in newer models a name and {@code [ARGS]} with an object. */
record MistralBlock(Set<String> functions) implements MarkedCalls.Block {
    static final String OPEN = "[TOOL_CALLS]";
    static final String ARGUMENTS = "[ARGS]";

    private static final Pattern NAMED =
            Pattern.compile("([A-Za-z0-9_-]+)(?:\\[CALL_ID\\][A-Za-z0-9]*)?(?:\\[ARGS\\])?\\s*(\\{.*)", Pattern.DOTALL);

    @Override
    public int end(CharSequence text, int from) {
        int start = from;
        while (start < text.length() && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        if (start < text.length() && text.charAt(start) != '[') {
            start = text.toString().indexOf('{', start);
        }
        return start < 0 || start == text.length() ? -1 : JsonSpan.end(text, start);
    }

    @Override
    public Optional<List<ToolCall>> read(String block) {
        String calls = block.strip();
        Matcher named = NAMED.matcher(calls);
        if (!named.matches()) {
            return CallJson.read(calls, functions);
        }
        String name = named.group(1);
        String arguments = named.group(2).strip();
        return functions.contains(name) && CallJson.isObject(arguments)
                ? Optional.of(List.of(new ToolCall(name, arguments)))
                : Optional.empty();
    }
}

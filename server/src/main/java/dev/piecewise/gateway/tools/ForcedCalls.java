package dev.piecewise.gateway.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads an answer that as a whole had to be a call or a JSON list of calls. What follows the last whole call of a list that was cut short is dropped. */
final class ForcedCalls implements CallParser {
    private static final String BETWEEN = "[, \n";

    private final Set<String> functions;
    private final StringBuilder held = new StringBuilder();
    private boolean called;

    ForcedCalls(Set<String> functions) {
        this.functions = functions;
    }

    @Override
    public List<Said> add(String piece) {
        held.append(piece);
        List<Said> said = new ArrayList<>();
        while (true) {
            int start = 0;
            while (start < held.length() && BETWEEN.indexOf(held.charAt(start)) >= 0) {
                start++;
            }
            boolean object = start < held.length() && held.charAt(start) == '{';
            int end = object ? JsonSpan.end(held, start) : -1;
            Optional<List<ToolCall>> calls =
                    end < 0 ? Optional.empty() : CallJson.read(held.substring(start, end), functions);
            if (calls.isEmpty()) {
                return said;
            }
            calls.get().forEach(call -> said.add(new Said.Call(call)));
            held.delete(0, end);
            called = true;
        }
    }

    @Override
    public List<Said> finish() {
        return called || held.isEmpty() ? List.of() : List.of(new Said.Text(held.toString()));
    }
}

package dev.piecewise.gateway.tools;

import java.util.List;
import java.util.Set;

/** Reads an answer that as a whole had to be a call or a JSON list of calls. */
final class ForcedCalls implements CallParser {
    private final Set<String> functions;
    private final StringBuilder held = new StringBuilder();

    ForcedCalls(Set<String> functions) {
        this.functions = functions;
    }

    @Override
    public List<Said> add(String piece) {
        held.append(piece);
        return List.of();
    }

    @Override
    public List<Said> finish() {
        String answer = held.toString();
        return CallJson.read(answer.strip(), functions)
                .map(calls -> calls.stream().<Said>map(Said.Call::new).toList())
                .orElseGet(() -> answer.isEmpty() ? List.of() : List.of(new Said.Text(answer)));
    }
}

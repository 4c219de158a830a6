package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.adapter.Choice;
import dev.piecewise.checkpoint.Site;
import dev.piecewise.personalization.Served;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer's {@code piecewise} object: what answered, and why.
 *
 * @param pieces where {@code explain} asks for them: per site the sharers with their weights, as plans write them
 */
record ServedBy(
        String mode,
        String fingerprint,
        @Nullable String pool,
        String reason,
        int historyItems,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, List<List<Object>>> pieces) {

    static ServedBy of(Served served, boolean explain) {
        return new ServedBy(
                served.mode().wire(),
                served.adaptation().fingerprint(),
                served.pool().orElse(null),
                served.reason(),
                served.historyItems(),
                explain ? pieces(served) : null);
    }

    private static Map<String, List<List<Object>>> pieces(Served served) {
        Map<String, List<List<Object>>> pieces = new LinkedHashMap<>();
        for (Map.Entry<Site, List<Choice>> site : served.pieces().entrySet()) {
            pieces.put(
                    site.getKey().toString(),
                    site.getValue().stream()
                            .map(choice -> List.<Object>of(choice.sharer(), choice.weight()))
                            .toList());
        }
        return pieces;
    }
}

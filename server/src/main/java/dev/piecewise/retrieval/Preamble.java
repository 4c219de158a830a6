package dev.piecewise.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * How items of a history stand before a prompt: a heading, each item on its own line, an end.
 *
 * @param before the heading, with its line break
 * @param after what parts the items from the prompt
 */
public record Preamble(String before, String after) {
    /** As Per-Pcs and OPPU train and ask. */
    public static final Preamble DEFAULT = new Preamble("### User History:\n", "\n\n");

    /** A prompt behind those documents that found room, which are named by their places in the list that was given. */
    public record Packed(String prompt, List<Integer> documents) {}

    /** The documents in their order before the prompt; the prompt itself when there are none. */
    public String put(List<String> documents, String prompt) {
        if (documents.isEmpty()) {
            return prompt;
        }
        StringBuilder text = new StringBuilder(before);
        for (String document : documents) {
            text.append(document).append(document.endsWith("\n") ? "" : "\n");
        }
        return text.append(after).append(prompt).toString();
    }

    /**
     * Puts the best of the documents before the prompt, as long as all of it has at most so many tokens as {@code tokens} counts them. A document that has no room is left out and
     * the next one is tried.
     *
     * @param best best first
     */
    public Packed pack(List<String> best, String prompt, int mostTokens, ToIntFunction<String> tokens) {
        List<String> taken = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        String packed = prompt;
        for (int i = 0; i < best.size(); i++) {
            taken.add(best.get(i));
            String longer = put(taken, prompt);
            if (tokens.applyAsInt(longer) <= mostTokens) {
                places.add(i);
                packed = longer;
            } else {
                taken.removeLast();
            }
        }
        return new Packed(packed, List.copyOf(places));
    }
}

package dev.piecewise.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A token with its text and its place in the whole text, as logprobs report it.
 *
 * @param text what the token stands for by itself; part of a character is U+FFFD
 * @param offset where its text begins, in code points
 */
public record Piece(int token, String text, int offset) {
    /** The tokens of a prompt that is sent back ({@code echo}); offsets count from the prompt's start. */
    public static List<Piece> ofPrompt(Tokenizer tokenizer, int[] prompt, boolean skipSpecial) {
        Detokenizer detokenizer = new Detokenizer(tokenizer, new int[0], skipSpecial);
        List<Piece> pieces = new ArrayList<>(prompt.length);
        int offset = 0;
        for (int token : prompt) {
            pieces.add(new Piece(token, tokenizer.piece(token), offset));
            String fresh = detokenizer.add(token);
            offset += fresh.codePointCount(0, fresh.length());
        }
        return pieces;
    }
}

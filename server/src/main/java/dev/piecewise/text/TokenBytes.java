package dev.piecewise.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** The bytes of single tokens, which decoding puts side by side before it reads them as UTF-8. */
final class TokenBytes {
    private static final int UNSPELLED = -1;
    private static final char SPACE = '▁';

    private final Vocabulary vocabulary;
    private final boolean byteLevel;
    private final boolean byteFallback;
    private final boolean known;
    /** The byte that a character of a byte-level vocabulary spells. */
    private final int[] spelled = new int[0x200];

    TokenBytes(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
        Set<String> decoders = vocabulary.decoders();
        byteLevel = decoders.contains("ByteLevel");
        byteFallback = decoders.contains("ByteFallback");
        known = byteLevel || byteFallback || decoders.contains("Metaspace");
        Arrays.fill(spelled, UNSPELLED);
        int next = 0x100;
        for (int b = 0; b < 0x100; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
            spelled[printable ? b : next++] = b;
        }
    }

    /** Empty where the token is special, is not there or has no bytes of its own. */
    Optional<byte[]> of(int id) {
        String token = vocabulary.token(id);
        if (token == null || !known || vocabulary.isSpecial(id)) {
            return Optional.empty();
        }
        if (vocabulary.isAdded(id)) {
            return Optional.of(token.getBytes(StandardCharsets.UTF_8));
        }
        if (byteLevel) {
            return spelled(token);
        }
        if (byteFallback && token.length() == 6 && token.startsWith("<0x") && token.endsWith(">")) {
            return Optional.of(new byte[] {(byte) Integer.parseInt(token.substring(3, 5), 16)});
        }
        return Optional.of(token.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8));
    }

    private Optional<byte[]> spelled(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= spelled.length || spelled[c] == UNSPELLED) {
                return Optional.empty();
            }
            bytes[i] = (byte) spelled[c];
        }
        return Optional.of(bytes);
    }
}

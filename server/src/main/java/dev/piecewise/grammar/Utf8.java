package dev.piecewise.grammar;

import dev.piecewise.error.ServingException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Ranges of code points as edges that read their UTF-8. */
final class Utf8 {
    private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

    private Utf8() {}

    /** The bytes of a text of valid Unicode; {@code path} is where it stands. */
    static byte[] bytes(String path, String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (CharacterCodingException e) {
            throw ServingException.invalid(path, path + " holds half of a surrogate pair");
        }
    }

    /** Edges from a state to another that read any code point of a range; the range has no surrogates. */
    static void add(Graph graph, int from, int lowest, int highest, int to) {
        int low = lowest;
        for (int length = 1; length <= 4; length++) {
            int last = LAST_OF_LENGTH[length - 1];
            if (low <= highest && low <= last) {
                addOfLength(graph, from, new int[] {low, Math.min(highest, last)}, length, to);
                low = last + 1;
            }
        }
    }

    /** Splits the range until all its bytes but the first ones that differ are free. */
    private static void addOfLength(Graph graph, int from, int[] range, int length, int to) {
        int low = range[0];
        int high = range[1];
        for (int free = 1; free < length; free++) {
            int mask = (1 << (6 * free)) - 1;
            if ((low & ~mask) != (high & ~mask)) {
                if ((low & mask) != 0) {
                    addOfLength(graph, from, new int[] {low, low | mask}, length, to);
                    addOfLength(graph, from, new int[] {(low | mask) + 1, high}, length, to);
                    return;
                }
                if ((high & mask) != mask) {
                    addOfLength(graph, from, new int[] {low, (high & ~mask) - 1}, length, to);
                    addOfLength(graph, from, new int[] {high & ~mask, high}, length, to);
                    return;
                }
            }
        }
        int target = to;
        for (int i = length - 1; i > 0; i--) {
            target = graph.tail(octet(low, length, i), octet(high, length, i), target);
        }
        graph.read(from, octet(low, length, 0), octet(high, length, 0), target);
    }

    /** Byte {@code index} of a code point that has so many. */
    private static int octet(int codePoint, int length, int index) {
        int bits = codePoint >> (6 * (length - 1 - index));
        if (index > 0) {
            return 0x80 | (bits & 0x3F);
        }
        return switch (length) {
            case 1 -> bits;
            case 2 -> 0xC0 | bits;
            case 3 -> 0xE0 | bits;
            default -> 0xF0 | bits;
        };
    }
}

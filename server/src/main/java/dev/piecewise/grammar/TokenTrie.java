package dev.piecewise.grammar;

import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The tokens of a vocabulary by their bytes, as a tree in the order of a walk that goes down first: node i's children follow it, up to {@code skip(i)}. Special
 * tokens and those without bytes are not in it. Immutable.
 */
final class TokenTrie {
    private static final byte[] NOTHING = {};

    private final byte[][] bytes;
    private final byte[] octets;
    private final byte[] depths;
    private final int[] skips;
    /** By node where its tokens begin in {@code tokens}; one more at the end. */
    private final int[] firsts;

    private final int[] tokens;
    private final boolean[] single = new boolean[256];

    /** Longer tokens are left out, as they are no words. */
    static final int LONGEST = 120;

    private TokenTrie(byte[][] bytes, int[] order) {
        this.bytes = bytes;
        tokens = order;
        int most = Arrays.stream(order).map(token -> bytes[token].length).sum();
        octets = new byte[most];
        depths = new byte[most];
        skips = new int[most];
        Ints begins = new Ints();
        int[] path = new int[LONGEST + 1];
        byte[] before = NOTHING;
        int nodes = 0;
        for (int i = 0; i < order.length; i++) {
            byte[] own = bytes[order[i]];
            int common = Arrays.mismatch(before, own);
            common = common < 0 ? own.length : common;
            for (int depth = common; depth < before.length; depth++) {
                skips[path[depth]] = nodes;
            }
            for (int depth = common; depth < own.length; depth++) {
                path[depth] = nodes;
                octets[nodes] = own[depth];
                depths[nodes++] = (byte) depth;
                begins.add(i);
            }
            if (own.length == 1) {
                single[own[0] & 0xFF] = true;
            }
            before = own;
        }
        for (int depth = 0; depth < before.length; depth++) {
            skips[path[depth]] = nodes;
        }
        begins.add(order.length);
        firsts = begins.toArray();
    }

    static TokenTrie of(Tokenizer tokenizer, Set<Integer> endTokens) {
        byte[][] bytes = new byte[tokenizer.size()][];
        List<Integer> order = new ArrayList<>();
        for (int token = 0; token < bytes.length; token++) {
            byte[] own = tokenizer.bytes(token).orElse(NOTHING);
            bytes[token] = endTokens.contains(token) || own.length > LONGEST ? NOTHING : own;
            if (bytes[token].length > 0) {
                order.add(token);
            }
        }
        order.sort(Comparator.comparing((Integer token) -> bytes[token], Arrays::compareUnsigned));
        return new TokenTrie(bytes, order.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Words of a set of tokens. */
    int words() {
        return (bytes.length + 63) / 64;
    }

    int nodes() {
        return firsts.length - 1;
    }

    byte[] bytes(int token) {
        return bytes[token];
    }

    /** By byte, whether it is a token. */
    boolean[] single() {
        return single.clone();
    }

    int octet(int node) {
        return octets[node] & 0xFF;
    }

    int depth(int node) {
        return depths[node];
    }

    /** The next node that is not below this one. */
    int skip(int node) {
        return skips[node];
    }

    /** Adds the tokens that end at a node. */
    void addTokens(int node, long[] words) {
        for (int i = firsts[node]; i < firsts[node + 1]; i++) {
            words[tokens[i] >> 6] |= 1L << tokens[i];
        }
    }
}

package dev.piecewise.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cached prefixes by their tokens: a radix tree for every adapter, so that a prompt is compared with all of them in one walk along its own tokens. */
final class PrefixTree {
    /** An extent that begins with the first {@code common} of the tokens looked for, and no other has more of them. */
    record Found(@Nullable Extent extent, int common) {}

    /** The end of a branch of tokens; extents end here, or further down. */
    private static final class Node {
        int[] branch;
        Map<Integer, Node> children = new HashMap<>();
        List<Extent> extents = new ArrayList<>(1);

        Node(int[] branch) {
            this.branch = branch;
        }

        Extent some() {
            Node node = this;
            while (node.extents.isEmpty()) {
                node = node.children.values().iterator().next();
            }
            return node.extents.getLast();
        }

        int common(TokenList tokens, int from) {
            int mismatch = Arrays.mismatch(branch, 0, branch.length, tokens.ids(), from, tokens.length());
            return mismatch < 0 ? branch.length : mismatch;
        }

        /** Cuts the branch after so many tokens. */
        void split(int length) {
            Node rest = new Node(Arrays.copyOfRange(branch, length, branch.length));
            rest.children = children;
            rest.extents = extents;
            branch = Arrays.copyOf(branch, length);
            children = new HashMap<>();
            children.put(rest.branch[0], rest);
            extents = new ArrayList<>(1);
        }
    }

    private final Map<String, Node> roots = new HashMap<>();
    private int size;

    int size() {
        return size;
    }

    void add(Extent extent) {
        TokenList tokens = extent.tokens();
        Node node = roots.computeIfAbsent(extent.sharing(), sharing -> new Node(new int[0]));
        int at = 0;
        while (at < tokens.length()) {
            Node child = node.children.get(tokens.ids()[at]);
            if (child == null) {
                child = new Node(Arrays.copyOfRange(tokens.ids(), at, tokens.length()));
                node.children.put(tokens.ids()[at], child);
            }
            int common = child.common(tokens, at);
            if (common < child.branch.length) {
                child.split(common);
            }
            at += common;
            node = child;
        }
        node.extents.add(extent);
        size++;
    }

    void remove(Extent extent) {
        List<Node> path = path(extent.sharing(), extent.tokens());
        if (path.isEmpty() || !path.getLast().extents.remove(extent)) {
            throw new IllegalStateException("the extent at %d is not in the tree".formatted(extent.start()));
        }
        size--;
        for (int i = path.size() - 1; i > 0 && isBare(path.get(i)); i--) {
            path.get(i - 1).children.remove(path.get(i).branch[0]);
        }
        if (isBare(path.getFirst())) {
            roots.remove(extent.sharing());
        }
    }

    /** The extent that shares the longest beginning with some tokens; one that ends there, if there is such. */
    Found longest(String sharing, TokenList tokens) {
        Node node = roots.get(sharing);
        int at = 0;
        while (node != null && at < tokens.length()) {
            Node child = node.children.get(tokens.ids()[at]);
            if (child == null) {
                break;
            }
            int common = child.common(tokens, at);
            at += common;
            node = child;
            if (common < child.branch.length) {
                break;
            }
        }
        return new Found(node == null || at == 0 ? null : node.some(), at);
    }

    /** The extents that stand whole in some tokens, shortest first. */
    List<Extent> within(String sharing, TokenList tokens) {
        List<Extent> within = new ArrayList<>();
        for (Node node : path(sharing, tokens)) {
            within.addAll(node.extents);
        }
        return within;
    }

    /** The nodes from the root as far as whole branches agree with the tokens. */
    private List<Node> path(String sharing, TokenList tokens) {
        List<Node> path = new ArrayList<>();
        Node node = roots.get(sharing);
        int at = 0;
        while (node != null) {
            path.add(node);
            node = at < tokens.length() ? node.children.get(tokens.ids()[at]) : null;
            if (node != null && node.common(tokens, at) < node.branch.length) {
                node = null;
            }
            at += node == null ? 0 : node.branch.length;
        }
        return path;
    }

    private static boolean isBare(Node node) {
        return node.extents.isEmpty() && node.children.isEmpty();
    }
}

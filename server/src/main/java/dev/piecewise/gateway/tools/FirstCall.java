package dev.piecewise.gateway.tools;

import java.util.ArrayList;
import java.util.List;

/** Lets the first call through, and what is said before it. */
final class FirstCall implements CallParser {
    private final CallParser parser;
    private boolean called;

    FirstCall(CallParser parser) {
        this.parser = parser;
    }

    @Override
    public List<Said> add(String piece) {
        return first(parser.add(piece));
    }

    @Override
    public List<Said> finish() {
        return first(parser.finish());
    }

    private List<Said> first(List<Said> said) {
        List<Said> first = new ArrayList<>();
        for (Said one : said) {
            if (!called) {
                first.add(one);
                called = one instanceof Said.Call;
            }
        }
        return first;
    }
}

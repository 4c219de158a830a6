package dev.piecewise.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

/**
 * A tokenizer of the native library, freed when nothing refers to it any more. It bypasses DJL's own {@code Encoding}, which copies character spans, masks and
 * token strings across the border for every call; ids are all that is needed here. Encoding and decoding only read, so any thread may call.
 */
final class NativeTokenizer {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final String FLAVOR = "RUST_FLAVOR";

    private final long handle;

    /** Throws a RuntimeException with the library's message when {@code json} is no tokenizer. */
    NativeTokenizer(String json) {
        load();
        long created = TokenizersLibrary.LIB.createTokenizerFromString(json);
        TokenizersLibrary.LIB.disableTruncation(created);
        TokenizersLibrary.LIB.disablePadding(created);
        handle = created;
        CLEANER.register(this, () -> TokenizersLibrary.LIB.deleteTokenizer(created));
    }

    int[] encode(String text, boolean addSpecialTokens) {
        try {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, addSpecialTokens);
            try {
                return narrow(TokenizersLibrary.LIB.getTokenIds(encoding));
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    String decode(long[] ids, boolean skipSpecial) {
        try {
            return TokenizersLibrary.LIB.decode(handle, ids, skipSpecial);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static int[] narrow(long[] ids) {
        int[] narrowed = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            narrowed[i] = (int) ids[i];
        }
        return narrowed;
    }

    /** On a machine with a GPU, DJL would download a CUDA build of the library unless told that the one it ships will do. */
    private static void load() {
        if (System.getenv(FLAVOR) == null && System.getProperty(FLAVOR) == null) {
            System.setProperty(FLAVOR, "cpu");
        }
        LibUtils.checkStatus();
    }
}

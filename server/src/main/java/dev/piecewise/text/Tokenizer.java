package dev.piecewise.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text to tokens and back, as a checkpoint's {@code tokenizer.json} says. Never truncates, never pads. Any thread may call. */
public final class Tokenizer {
    private static final Pattern FIRST_BYTE = Pattern.compile("<0x[C-F][0-9A-F]>");
    private static final Pattern LATER_BYTE = Pattern.compile("<0x[89AB][0-9A-F]>");

    private final NativeTokenizer library;
    private final Vocabulary vocabulary;
    private final TokenBytes tokenBytes;
    private final OptionalInt bos;
    private final OptionalInt eos;
    private final BosRule bosRule;
    private final int[] anchor;
    private final String anchorText;
    /** Filled as pieces are asked for; two threads may fill a place with equal strings. */
    private final @Nullable String[] pieces;

    private Tokenizer(NativeTokenizer library, Vocabulary vocabulary, TokenizerConfig config) {
        this.library = library;
        this.vocabulary = vocabulary;
        tokenBytes = new TokenBytes(vocabulary);
        bos = config.bos().map(vocabulary::id).orElse(OptionalInt.empty());
        eos = config.eos().map(vocabulary::id).orElse(OptionalInt.empty());
        bosRule = bosRule(config.addBos());
        anchor = vocabulary.id("a").stream().toArray();
        anchorText = decode(anchor, false);
        pieces = new @Nullable String[vocabulary.size()];
    }

    /** Reads {@code tokenizer.json}, and {@code tokenizer_config.json} where there is one. A {@link BadFileException} names the file that is missing or broken. */
    public static Tokenizer load(Path modelDirectory) {
        Path file = modelDirectory.resolve("tokenizer.json");
        TokenizerConfig config = TokenizerConfig.read(modelDirectory);
        try {
            String json = Files.readString(file);
            return new Tokenizer(library(file, json), Vocabulary.parse(json), config);
        } catch (JsonProcessingException broken) {
            throw new BadFileException(file, "is no tokenizer: " + broken.getOriginalMessage());
        } catch (IOException unreadable) {
            throw BadFileException.of(file, unreadable);
        }
    }

    /**
     * Tokens of a text; with {@code addSpecialTokens} also those that the checkpoint begins (and ends) a text with. Special tokens written out in the text become
     * these tokens. What is no valid Unicode (lone surrogates) is read as U+FFFD.
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        String valid = Unicode.repaired(text);
        return switch (bosRule) {
            case AS_IT_IS -> library.encode(valid, addSpecialTokens);
            case NEVER -> library.encode(valid, false);
            case PREPEND -> {
                int[] ids = library.encode(valid, addSpecialTokens);
                yield addSpecialTokens ? prepend(bos.getAsInt(), ids) : ids;
            }
        };
    }

    /** The text of tokens; ids outside the vocabulary are left out, bytes that are no UTF-8 become U+FFFD. */
    public String decode(int[] ids, boolean skipSpecial) {
        long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return library.decode(wide, skipSpecial);
    }

    /** The token as the vocabulary writes it, such as {@code Ġhello} or {@code ▁hello}; empty where there is none of this id. */
    public Optional<String> token(int id) {
        return Optional.ofNullable(vocabulary.token(id));
    }

    /** The text that a token stands for amid others, its leading space included; part of a character is U+FFFD, an unknown id "". */
    public String piece(int id) {
        if (id < 0 || id >= pieces.length) {
            return "";
        }
        String piece = pieces[id];
        if (piece == null) {
            piece = afterAnchor(id);
            pieces[id] = piece;
        }
        return piece;
    }

    /**
     * The bytes that a token stands for amid others; a character may be spread over several tokens. Empty where the token is special or unknown, or has no bytes
     * of its own, as in vocabularies of words.
     */
    public Optional<byte[]> bytes(int id) {
        return tokenBytes.of(id);
    }

    public OptionalInt id(String token) {
        return vocabulary.id(token);
    }

    public boolean isSpecial(int id) {
        return vocabulary.isSpecial(id);
    }

    /** Whether there is a token of this id. */
    boolean has(int id) {
        return vocabulary.token(id) != null;
    }

    /** Whether the token is a single byte, the first one of a UTF-8 character of several. */
    boolean beginsCharacter(int id) {
        return isByte(FIRST_BYTE, id);
    }

    /** Whether the token is a single byte, a later one of a UTF-8 character. */
    boolean continuesCharacter(int id) {
        return isByte(LATER_BYTE, id);
    }

    /** The token that begins a text, where the checkpoint has one. */
    public OptionalInt bos() {
        return bos;
    }

    /** The token that ends a text, where the checkpoint has one. */
    public OptionalInt eos() {
        return eos;
    }

    /** One more than the largest token id; the model's own vocabulary may be larger. */
    public int size() {
        return vocabulary.size();
    }

    /** What encoding with special tokens does about the first token. */
    private enum BosRule {
        AS_IT_IS,
        PREPEND,
        NEVER
    }

    private BosRule bosRule(Optional<Boolean> wanted) {
        if (wanted.isEmpty() || bos.isEmpty()) {
            return BosRule.AS_IT_IS;
        }
        int[] empty = library.encode("", true);
        boolean there = empty.length > 0 && empty[0] == bos.getAsInt();
        if (wanted.get() == there) {
            return BosRule.AS_IT_IS;
        }
        return there ? BosRule.NEVER : BosRule.PREPEND;
    }

    private boolean isByte(Pattern kind, int id) {
        String token = vocabulary.token(id);
        return token != null && kind.matcher(token).matches();
    }

    /** Decoders may drop the first token's leading space, so a token is decoded behind another one. */
    private String afterAnchor(int id) {
        int[] both = Arrays.copyOf(anchor, anchor.length + 1);
        both[anchor.length] = id;
        String text = decode(both, false);
        return text.startsWith(anchorText) ? text.substring(anchorText.length()) : decode(new int[] {id}, false);
    }

    private static int[] prepend(int id, int[] ids) {
        int[] longer = new int[ids.length + 1];
        longer[0] = id;
        System.arraycopy(ids, 0, longer, 1, ids.length);
        return longer;
    }

    private static NativeTokenizer library(Path file, String json) {
        try {
            return new NativeTokenizer(json);
        } catch (RuntimeException broken) {
            throw new BadFileException(file, "is no tokenizer: " + broken.getMessage());
        }
    }
}

package dev.piecewise.model;

import dev.piecewise.checkpoint.DType;

/** What the weights, the keys and the values are computed in. {@code code} is PyTorch's number of the type. */
public enum Precision {
    FLOAT32(6, 4),
    BFLOAT16(15, 2);

    private final int code;
    private final int bytes;

    Precision(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    int code() {
        return code;
    }

    /** Bytes of one value. */
    public int bytes() {
        return bytes;
    }

    /** PyTorch's number of a stored type. */
    static int codeOf(DType stored) {
        return switch (stored) {
            case F16 -> 5;
            case F32 -> 6;
            case F64 -> 7;
            case BF16 -> 15;
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64 ->
                throw new IllegalArgumentException("weights of type " + stored + " cannot be loaded");
        };
    }
}

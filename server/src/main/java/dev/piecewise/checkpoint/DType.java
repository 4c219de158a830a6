package dev.piecewise.checkpoint;

import java.util.Optional;

/** How a tensor's values are stored, named as in safetensors headers. */
public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E4M3(1),
    F8_E5M2(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one value. */
    public int bytes() {
        return bytes;
    }

    /** Whether values are read as {@code float}: F16, BF16, F32 and F64. */
    public boolean isFloat() {
        return switch (this) {
            case F16, BF16, F32, F64 -> true;
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64 -> false;
        };
    }

    static Optional<DType> parse(String name) {
        for (DType dtype : values()) {
            if (dtype.name().equals(name)) {
                return Optional.of(dtype);
            }
        }
        return Optional.empty();
    }
}

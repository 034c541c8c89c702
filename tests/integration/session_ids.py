"""Session ids that must not be accepted, made from one that is."""

import base64
import ctypes
import ctypes.util
import os
import time

PURPOSE = b"mcp session 2"
NONCE, TAG = slice(1, 13), slice(-16, None)
EXPIRY = slice(16, 24)  # of the plain text, behind the id; seconds since 1970
GET_TAG, SET_TAG = 0x10, 0x11  # openssl/evp.h


def decode(token):
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def encode(sealed):
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def aes_gcm(key, nonce, text, tag=None):
    """Opens with a tag, seals without one; answers text and tag."""
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
        getattr(crypto, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(crypto.EVP_CIPHER_CTX_new())
    cipher = ctypes.c_void_p(crypto.EVP_aes_256_gcm())
    seals = int(tag is None)
    out = ctypes.create_string_buffer(len(text) or 1)
    tag = ctypes.create_string_buffer(tag or bytes(16), 16)
    size = ctypes.c_int()
    assert crypto.EVP_CipherInit_ex(context, cipher, None, key, nonce, seals) == 1
    assert crypto.EVP_CipherUpdate(context, None, ctypes.byref(size), PURPOSE, len(PURPOSE)) == 1
    assert crypto.EVP_CipherUpdate(context, out, ctypes.byref(size), text, len(text)) == 1
    if not seals:
        assert crypto.EVP_CIPHER_CTX_ctrl(context, SET_TAG, 16, tag) == 1
    assert crypto.EVP_CipherFinal_ex(context, None, ctypes.byref(size)) == 1, "not of this key"
    if seals:
        assert crypto.EVP_CIPHER_CTX_ctrl(context, GET_TAG, 16, tag) == 1
    crypto.EVP_CIPHER_CTX_free(context)
    return out.raw[: len(text)], tag.raw


def reseal(token, opening, sealing, change=lambda plain: plain):
    sealed = decode(token)
    plain, _ = aes_gcm(opening, sealed[NONCE], sealed[13:-16], sealed[TAG])
    nonce = os.urandom(12)
    text, tag = aes_gcm(sealing, nonce, change(plain))
    return encode(sealed[:1] + nonce + text + tag)


def forge(token, keys):
    key = base64.b64decode(keys)

    def expire(plain):
        left = int.from_bytes(plain[EXPIRY], "big") - time.time()
        assert 0 < left < 30 * 24 * 3600, "the expiry stands somewhere else"
        return plain[:16] + int(time.time() - 1).to_bytes(8, "big") + plain[24:]

    sealed = bytearray(decode(token))
    sealed[30] ^= 1
    assert reseal(token, key, key) != token
    return {
        "of another key ring": reseal(token, key, os.urandom(32)),
        "expired": reseal(token, key, key, expire),
        "tampered": encode(bytes(sealed)),
        "cut": token[:-4],
        "none": "x",
    }

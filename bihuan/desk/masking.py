"""Identity and phone numbers as the desk shows them."""

from bihuan.audit.masking import masked, masked_document

__all__ = ["masked", "masked_document"]

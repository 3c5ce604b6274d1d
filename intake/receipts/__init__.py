"""What mail providers tell us of mails they took: bounces, complaints, deliveries.

An adapter is one function: from a request's headers and body, proven to be the provider's, to receipts.
"""

"""A view that writes by itself."""


def give(request, pledge):
    pledge.amount = 5
    pledge.save()

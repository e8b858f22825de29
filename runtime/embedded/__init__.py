"""Everything that runs on one machine: a private broker and database, and the processes of Switchboard around them.

    services.EmbeddedServices   RabbitMQ and MongoDB under a state directory, or the given ones
    stack.Stack                 the services and the five kinds of process, supervised
    stack_file.running_stack    finds the stack that runs over a state directory

Every child is started through `tether`, so that it ends with its parent, and carries a mark in its environment, so that
a later start finds and ends what a killed one left over.
"""
